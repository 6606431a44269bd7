import { decodePayload, isClosed, SagaState, type Turn } from 'reprise/core';
import type { End } from './client.js';

/** How an instance with this history ended; undefined while it is open. */
export function endOf(turns: readonly Turn[]): End | undefined {
  const state = SagaState.of(turns);
  const { status, result, error } = state;
  if (!isClosed(status)) return undefined;
  if (status === 'completed') return { status, result: decodePayload(result!) };
  const compensated = turns
    .flatMap(({ events }) => events)
    .flatMap((event) => (event.type === 'StepCompleted' ? (state.step(event.call)?.undoes ?? []) : []))
    .map((undone) => state.step(undone)!.step);
  return {
    status,
    ...(error ? { error: error.message } : {}),
    ...(compensated.length > 0 ? { compensated } : {}),
  };
}

import { decodePayload, SagaState, type HistoryStore, type InstanceKey } from 'reprise/core';
import { callAt, placeOf } from './record-keys.js';

/** How far an open step has come, as its body said last. */
export interface StepHeartbeat {
  readonly call: number;
  /** The name of its method. */
  readonly step: string;
  /** The attempt that said so, 1 for the first try. */
  readonly attempt: number;
  readonly details: unknown;
  /** When it was recorded. */
  readonly at: Date;
}

/** What is on record of the open steps of a run, by call. */
export async function stepHeartbeats(store: HistoryStore, key: InstanceKey): Promise<StepHeartbeat[]> {
  const found = await store.progress.read([key]);
  if (found.length === 0) return [];
  const state = SagaState.of(await store.history(key));
  return found.flatMap(({ call: place, attempt, details, at }) => {
    const call = callAt(place);
    const step = state.step(call);
    // What was said of an input that an operator has replaced says nothing any more.
    return step && placeOf(step) === place
      ? [{ call, step: step.step, attempt, details: decodePayload(details), at: new Date(at) }]
      : [];
  });
}

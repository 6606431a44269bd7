import { Execution, type SagaDefinition, type SagaError, type Turn } from 'reprise/core';
import { NodeAmbientScope } from './node-ambient-scope.js';
import { NodeIdle } from './node-idle.js';

/** What an execution needs of the process. */
const node = { idle: new NodeIdle(), ambient: new NodeAmbientScope() };

export interface ReplaySubject {
  readonly definition: SagaDefinition;
  readonly id: string;
  readonly run: string;
  /** True for a history whose values were replaced: see `redactHistory`. */
  readonly redacted?: boolean;
}

/**
 * Replays a recorded history against today's code (laws D1 to D5). Undefined: it decides the same. Else what it did wrong, where it
 * decides otherwise a `NonDeterministicError` with both sides.
 */
export async function replayOffence(subject: ReplaySubject, turns: readonly Turn[]): Promise<SagaError | undefined> {
  const execution = new Execution({ ...subject, ...node });
  await execution.replay(turns);
  return execution.offence;
}

/**
 * Replays a recorded history against today's code (laws D1 to D5).
 * @throws SagaError `NON_DETERMINISTIC` with the difference, or what else the code did that a saga may not do
 */
export async function replayHistory(subject: ReplaySubject, turns: readonly Turn[]): Promise<void> {
  const offence = await replayOffence(subject, turns);
  if (offence) throw offence;
}

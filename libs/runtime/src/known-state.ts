import {
  Execution,
  SagaState,
  type InstanceSummary,
  type SagaDefinition,
  type StepDefinitions,
  type Turn,
} from 'reprise/core';
import { NodeAmbientScope } from './node-ambient-scope.js';
import { NodeIdle } from './node-idle.js';

/** What is known of an instance from its history. */
export interface KnownState {
  readonly state: SagaState;
  /** What today's code says of its steps; undefined where its code is not at hand. */
  readonly steps: StepDefinitions | undefined;
}

/**
 * With the saga's code the history is replayed, which also tells which conditions hold and what steps that the code made up are; without, it is
 * only folded. Changes nothing and performs nothing.
 */
export async function knownState(
  { id, key }: InstanceSummary,
  turns: readonly Turn[],
  definition: SagaDefinition | undefined,
): Promise<KnownState> {
  if (!definition) return { state: SagaState.salvage(turns), steps: undefined };
  const idle = new NodeIdle();
  const execution = new Execution({ definition, id, run: key.run, idle, ambient: new NodeAmbientScope() });
  await execution.replay(turns);
  return { state: execution.state, steps: execution.steps };
}

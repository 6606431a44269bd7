import { ENGINE_RULES, type SagaStarted, type SagaState, type Successor } from 'reprise/core';

/** The run that takes over from one that continues as new. @param at milliseconds since the epoch */
export function successorOf({ started, successor }: SagaState, run: string, at: number): Successor {
  const { saga, parent, cue, flow, trace } = started!;
  const { next, version, input } = successor!;
  const event: SagaStarted = {
    type: 'SagaStarted',
    saga,
    version,
    engine: ENGINE_RULES,
    input,
    continues: run,
    ...(parent ? { parent } : {}),
    ...(cue ? { cue } : {}),
    ...(trace ? { trace } : {}),
    ...(flow === undefined ? {} : { flow }),
  };
  return { run: next, version, turn: { at, events: [event] } };
}

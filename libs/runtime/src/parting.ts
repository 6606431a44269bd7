import {
  type BranchAction,
  isOpenStep,
  type HistoryEvent,
  type IncomingEvent,
  type Json,
  type RunOrigin,
  SagaState,
  type Turn,
} from 'reprise/core';
import type { HistoryCut } from './history-cut.js';

/** Why, by whom and how a run is parted from another. */
export interface PartingTerms {
  readonly action: BranchAction;
  readonly by: string;
  readonly reason: string;
  readonly from: RunOrigin;
  /** The step that is tried again, where it is about one. */
  readonly call?: number;
  /** Its encoded arguments, in place of those it was made with. */
  readonly input?: readonly Json[];
  /** What was done before the parting is not this run's to undo. */
  readonly spares: boolean;
  /** Messages that came after the cut are this run's too. */
  readonly signals: boolean;
}

/**
 * The turn in which a run parts from another: who and why, and what was heard since of the calls that it has in common with it. A step
 * that completed there does not have to be done again.
 * @param at milliseconds since the epoch
 */
export function partingTurn(cut: HistoryCut, terms: PartingTerms, at: number): Turn {
  const { action, by, reason, from, call, input, spares, signals } = terms;
  const { calls } = cut;
  const anew = cut.absent.map((step) => step.call);
  const acted = { type: 'OperatorActed', action, by, reason, ...(call === undefined ? {} : { call }) } as const;
  const events: IncomingEvent[] = [acted, { type: 'SagaForked', from, events: cut.events, calls, anew, spares }];
  if (call !== undefined && input) events.push({ type: 'StepInputEdited', call, input });
  if (cut.again) events.push(cut.again);
  const state = SagaState.of([...cut.kept, { at, events }]);
  for (const event of cut.rest) {
    const heard = heardSince(event, state, calls) ?? (signals ? signalSince(event, state) : undefined);
    if (!heard) continue;
    state.apply(heard, at);
    events.push(heard);
  }
  return { at, events };
}

function heardSince(event: HistoryEvent, state: SagaState, calls: number): IncomingEvent | undefined {
  switch (event.type) {
    case 'StepInputEdited':
      return event.call < calls && state.accepts(event.call, event.type) ? { ...event, before: true } : undefined;
    case 'StepFailed':
    case 'StepOutcomeUnknown': {
      // What nobody waits for is not tried again: how it ended is all that there is to know of it.
      const { call } = event;
      const step = call < calls ? state.step(call) : undefined;
      return step && (step.cancelled || step.abandoned) && isOpenStep(step) ? event : undefined;
    }
    case 'StepCompleted':
    case 'StepCompletedLate': {
      const { call, attempt, result } = event;
      if (call >= calls) return undefined;
      const type = state.accepts(call, 'StepCompleted') ? 'StepCompleted' : 'StepCompletedLate';
      return state.accepts(call, type) ? { type, call, attempt, result } : undefined;
    }
    default:
      return undefined;
  }
}

function signalSince(event: HistoryEvent, state: SagaState): IncomingEvent | undefined {
  return event.type === 'SignalReceived' && !state.signals.has(event.message) ? event : undefined;
}

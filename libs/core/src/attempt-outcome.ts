import type { DeliveryTimes } from './delivery-times.js';
import type { IncomingEvent } from './event.js';
import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';
import { isOpenStep, type StepCall } from './call-state.js';
import { recordError } from './recorded-error.js';
import { SagaError } from './saga-error.js';
import type { SagaState } from './saga-state.js';
import { retryDelay, type StepPolicy } from './step-policy.js';

/** How one attempt ended, its payload encoded. */
export type AttemptOutcome =
  | { readonly outcome: 'completed'; readonly result: Json; readonly delivery?: DeliveryTimes }
  | {
      readonly outcome: 'declared' | 'absent' | 'fatal' | 'transient';
      readonly error: RecordedError;
      readonly delivery?: DeliveryTimes;
    };

/** The attempt is over, but not the step: its outcome comes from elsewhere. `within`: for how many milliseconds it is waited for. */
export interface DeferredOutcome {
  readonly outcome: 'deferred';
  readonly within?: number;
}

/** When a step's time is up, in milliseconds since the epoch; `Infinity` for never. Time that it is deferred does not count. */
export function deadlineOf(step: StepCall, policy: StepPolicy, now: number): number {
  const deferred = step.deferred + (step.deferral ? now - step.deferral.since : 0);
  return step.scheduledAt + deferred + policy.deadline;
}

/**
 * What the end of an attempt means for the instance (laws S4 to S7, C4): the events to deliver, none if it is an orphan.
 * @param random a number from 0 to 1, for the jitter
 */
export function afterAttempt(
  state: SagaState,
  step: StepCall,
  policy: StepPolicy,
  attempt: number,
  ended: AttemptOutcome | DeferredOutcome,
  now: number,
  random: number,
): IncomingEvent[] {
  const { call } = step;
  if (!isOpenStep(step)) {
    // The undo of a transactional step has looked for what the step left: a success that was late for history was not late for it.
    const undone = policy.transactional !== undefined && hasUndo(state, call);
    const late = ended.outcome === 'completed' && state.accepts(call, 'StepCompletedLate') && !undone;
    return late ? [{ type: 'StepCompletedLate', call, attempt, result: ended.result, ...wayOf(ended) }] : [];
  }
  if (ended.outcome === 'completed') {
    return [{ type: 'StepCompleted', call, attempt, result: ended.result, ...wayOf(ended) }];
  }
  if (ended.outcome === 'deferred') return afterDeferral(step, policy, attempt, ended, now);
  const { error } = ended;
  const tries = attempt - (step.triedBefore ?? 0);
  const retryAt = now + retryDelay(policy, tries, random);
  const exhausted = tries >= policy.attempts || retryAt >= deadlineOf(step, policy, now);
  // An undo cannot end in an error: whatever it is, a person is asked (law C4).
  // Whether the effect of a pivot happened must not stay open (law C5).
  const mustKnow = step.undoes !== undefined || (policy.pivot === true && ended.outcome === 'fatal');
  if (ended.outcome !== 'transient' && !mustKnow) {
    return [{ type: 'StepFailed', call, attempt, kind: ended.outcome, error, ...wayOf(ended) }];
  }
  if (ended.outcome === 'transient' && !exhausted && !step.abandoned) {
    return [{ type: 'StepAttemptFailed', call, attempt, error, retryAt, ...wayOf(ended) }];
  }
  return unanswered(step, policy, attempt, error);
}

/** What the events of a remote step have beside; those of a local one have nothing more. */
function wayOf({ delivery }: AttemptOutcome): { readonly delivery?: DeliveryTimes } {
  return delivery === undefined ? {} : { delivery };
}

/** Nobody said how the step ended, and nobody will be asked again (law S6). @param attempt the last attempt */
export function unanswered(step: StepCall, policy: StepPolicy, attempt: number, error: RecordedError): IncomingEvent[] {
  const { call } = step;
  if (isToBeVerified(step, policy)) return [{ type: 'StepVerifying', call, attempts: attempt, error }];
  if (step.abandoned || !policy.asksPerson) return [{ type: 'StepOutcomeUnknown', call, attempts: attempt, error }];
  return [{ type: 'StepAttemptFailed', call, attempt, error }, incident(step, attempt, error)];
}

/** True when somebody looks whether the effect of a step without an answer happened. */
export function isToBeVerified(step: StepCall, policy: StepPolicy | undefined): boolean {
  return policy?.verifies === true && !step.abandoned && step.state !== 'verifying';
}

/** A deferral waits for word as long as it was told to, or as long as the step has time. */
function afterDeferral(
  step: StepCall,
  policy: StepPolicy,
  attempt: number,
  { within }: DeferredOutcome,
  now: number,
): IncomingEvent[] {
  const { call } = step;
  // Word of how this attempt ended came first.
  if (step.failures >= attempt || step.state === 'deferred') return [];
  if (step.abandoned) return unanswered(step, policy, attempt, notWaitedFor(step));
  const dueAt = within === undefined ? deadlineOf(step, policy, now) : now + within;
  return [{ type: 'StepDeferred', call, attempt, ...(dueAt === Infinity ? {} : { dueAt }) }];
}

/** What is known of a step that the saga went on without. */
export function notWaitedFor({ step }: StepCall): RecordedError {
  return recordError(new SagaError('STEP_ABANDONED', `The saga went on without an answer to step "${step}".`));
}

function hasUndo(state: SagaState, call: number): boolean {
  for (const other of state.calls.values()) if (other.kind === 'step' && other.undoes === call) return true;
  return false;
}

/** A person is asked; nothing is tried again before they answer. */
function incident(step: StepCall, attempt: number, error: RecordedError): IncomingEvent {
  const { call, undoes } = step;
  const code = undoes === undefined ? 'STEP_OUTCOME_UNKNOWN' : 'COMPENSATION_GAVE_UP';
  const what =
    undoes === undefined
      ? `Step "${step.step}" (call ${call}) has no known outcome after attempt ${attempt}`
      : `Compensation "${step.step}" of call ${undoes} failed at attempt ${attempt}`;
  const message = `${what}: ${error.message}. Mend the cause, then resume the instance.`;
  return { type: 'IncidentOpened', code, message, call };
}

import {
  isToBeVerified,
  notWaitedFor,
  recordError,
  SagaError,
  type AttemptOutcome,
  type DeferredOutcome,
  type IncomingEvent,
  type RecordedError,
  type StepCall,
  type StepPolicy,
} from 'reprise/core';

/** An attempt took longer than it may. @param timeout milliseconds */
export function timedOut(step: StepCall, timeout: number): AttemptOutcome {
  const error = new SagaError('STEP_TIMED_OUT', `Nobody answered step "${step.step}" within ${timeout} ms.`);
  return { outcome: 'transient', error: recordError(error) };
}

/** The step's time is up. */
function deadlinePassed({ step }: StepCall): RecordedError {
  return recordError(new SagaError('STEP_DEADLINE_PASSED', `The deadline of step "${step}" passed without an answer.`));
}

/** Nobody with the step's token said in time how it ended. */
export function noWordOf({ step }: StepCall): RecordedError {
  return recordError(
    new SagaError(
      'STEP_DEADLINE_PASSED',
      `Nobody said in time how step "${step}" ended, which was to be completed later.`,
    ),
  );
}

/** The attempt said nothing of how the step ends. */
export function isNoAnswer({ outcome }: AttemptOutcome | DeferredOutcome): boolean {
  return outcome === 'transient' || outcome === 'deferred';
}

/** Nobody asks for the step any more: from here on it is verified, or its outcome is unknown (law S6). */
export function givenUp(step: StepCall, policy: StepPolicy | undefined): IncomingEvent {
  const { call, failures } = step;
  const error = step.error ?? (step.abandoned ? notWaitedFor(step) : deadlinePassed(step));
  const type = isToBeVerified(step, policy) ? 'StepVerifying' : 'StepOutcomeUnknown';
  return { type, call, attempts: step.triedBefore ?? failures, error };
}

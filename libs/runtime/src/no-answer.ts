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
export function timeIsUp({ step }: StepCall, timeout: number): SagaError {
  return new SagaError('STEP_TIMED_OUT', `Nobody answered step "${step}" within ${timeout} ms.`);
}

/** The body of an attempt was silent for longer than it may. @param timeout milliseconds */
export function noHeartbeat({ step }: StepCall, timeout: number): SagaError {
  return new SagaError('HEARTBEAT_TIMED_OUT', `The body of step "${step}" gave no heartbeat for ${timeout} ms.`);
}

/** The saga goes on without the answer of an attempt that is under way. */
export function abandoned({ step }: StepCall): SagaError {
  return new SagaError('STEP_ABANDONED', `The saga goes on without an answer to step "${step}".`);
}

/** An operator has put another input in the place of what an attempt was made with. */
export function replaced({ step }: StepCall): SagaError {
  return new SagaError('STEP_ABANDONED', `The input of step "${step}" was edited; it is tried with the new one.`);
}

/** The instance left the memory of the worker while an attempt was under way. @param stopping true when the worker itself stops */
export function leftMemory({ step }: StepCall, stopping: boolean): SagaError {
  if (stopping) return new SagaError('SHUTTING_DOWN', `The worker stops; step "${step}" is tried again elsewhere.`);
  return new SagaError('STEP_ABANDONED', `This worker does not run the instance of step "${step}" any more.`);
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

import type { Duration } from './duration.js';
import type { RecordedError } from './error-record.js';
import type { StepCall } from './call-state.js';
import { reviveDeclared, reviveError } from './recorded-error.js';
import type { StepDefinition } from './step-definition.js';
import { SagaError } from './saga-error.js';

/** Thrown to the saga's code when nobody said what became of a step (law S6). Its compensation will run. */
export class StepUnknownError extends SagaError {
  override readonly name = 'StepUnknownError';

  constructor(
    readonly step: string,
    /** How often it was tried. */
    readonly attempts: number,
    lastHeard: RecordedError,
  ) {
    super(
      'STEP_UNKNOWN',
      `Step "${step}" has no known outcome after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}; last heard: ${lastHeard.message}`,
      '',
      { cause: reviveError(lastHeard) },
    );
  }
}

/** Thrown to the saga's code when a step ended in an error that no retry mends: a bad payload, an unknown operation. */
export class StepFailedError extends SagaError {
  override readonly name = 'StepFailedError';

  constructor(
    readonly step: string,
    error: RecordedError,
    /** True when somebody looked and the effect did not happen: the code of this error is `STEP_DID_NOT_HAPPEN`. */
    readonly absent = false,
  ) {
    super(
      absent ? 'STEP_DID_NOT_HAPPEN' : 'STEP_FAILED',
      absent ? `Step "${step}" did not happen: ${error.message}` : `Step "${step}" failed for good: ${error.message}`,
      '',
      { cause: reviveError(error) },
    );
  }
}

/** The error that a step which ended in one throws to the code: the declared class itself, or `StepFailedError`. */
export function failureOf({ step, state, error }: StepCall, definition: StepDefinition | undefined): Error {
  if (state !== 'declared') return new StepFailedError(step, error!, state === 'absent');
  return reviveDeclared(error!, definition?.declared ?? new Map());
}

/**
 * Thrown to the saga's code at whatever it waits for when the instance is cancelled (law C7), or only the scope that the call was made in:
 * then its code is `SCOPE_CANCELLED`.
 */
export class SagaCancelledError extends SagaError {
  override readonly name = 'SagaCancelledError';

  constructor(reason?: string, code: 'SAGA_CANCELLED' | 'SCOPE_CANCELLED' = 'SAGA_CANCELLED') {
    const what = code === 'SAGA_CANCELLED' ? 'The saga was cancelled' : 'This part of the saga was cancelled';
    super(code, reason ? `${what}: ${reason}` : `${what}.`);
  }
}

/** Thrown by `saga.withTimeout()` when its time was up before its body had ended (law C7). */
export class SagaTimeoutError extends SagaError {
  override readonly name = 'SagaTimeoutError';

  constructor(
    /** The time that the body had. */
    readonly limit: Duration,
    options?: { cause?: unknown },
  ) {
    const time = typeof limit === 'number' ? `${limit} ms` : limit;
    super('SCOPE_TIMED_OUT', `A part of the saga did not end within ${time}.`, '', options);
  }
}

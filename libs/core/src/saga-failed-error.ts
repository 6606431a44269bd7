import type { RecordedError } from './error-record.js';
import { reviveDeclared, type DeclaredError } from './recorded-error.js';
import { SagaError, type SagaErrorCode } from './saga-error.js';

/** How an instance ended that has no result. */
export type FailedStatus = 'failed' | 'compensated' | 'cancelled' | 'terminated';

const CODES: Readonly<Record<FailedStatus, SagaErrorCode>> = {
  failed: 'SAGA_FAILED',
  compensated: 'SAGA_COMPENSATED',
  cancelled: 'SAGA_CANCELLED',
  terminated: 'SAGA_TERMINATED',
};
const WORDS: Readonly<Record<FailedStatus, string>> = {
  failed: 'failed',
  compensated: 'failed and was undone',
  cancelled: 'was cancelled',
  terminated: 'was terminated',
};

/**
 * An instance ended without a result: thrown by `handle.result()`, and to a parent by `saga.child()`. `cause` is the error of its
 * `run()`, where it is declared as an instance of its class.
 */
export class SagaFailedError extends SagaError {
  override readonly name = 'SagaFailedError';

  constructor(
    readonly instance: string,
    readonly status: FailedStatus,
    error: RecordedError,
    declared: ReadonlyMap<string, DeclaredError>,
  ) {
    super(CODES[status], `Saga instance "${instance}" ${WORDS[status]}: ${error.message}`, '', {
      cause: reviveDeclared(error, declared),
    });
  }

  /** True when something had to be undone, and was. */
  get compensated(): boolean {
    return this.status === 'compensated';
  }
}

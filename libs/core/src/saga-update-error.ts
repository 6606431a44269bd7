import type { RecordedError } from './error-record.js';
import { reviveDeclared, type DeclaredError } from './recorded-error.js';
import { SagaError, type SagaErrorCode } from './saga-error.js';

/** Codes that say by themselves why an update was refused, without its validator having been asked. */
const OWN_CODES: ReadonlySet<string> = new Set<SagaErrorCode>([
  'UNKNOWN_UPDATE',
  'INSTANCE_PARKED',
  'INSTANCE_CLOSED',
  'UPDATE_ABANDONED',
]);

/**
 * An update was rejected by its validator (`UPDATE_REJECTED`, and the history knows nothing of it) or its handler threw
 * (`UPDATE_FAILED`). `cause` is what was thrown, where it is declared as an instance of its class.
 */
export class SagaUpdateError extends SagaError {
  override readonly name = 'SagaUpdateError';

  constructor(
    readonly instance: string,
    readonly update: string,
    stage: 'refused' | 'failed',
    error: RecordedError,
    declared: ReadonlyMap<string, DeclaredError>,
  ) {
    super(
      OWN_CODES.has(error.code ?? '')
        ? (error.code as SagaErrorCode)
        : stage === 'refused'
          ? 'UPDATE_REJECTED'
          : 'UPDATE_FAILED',
      `Update "${update}" of instance "${instance}" was ${stage === 'refused' ? 'refused' : 'not completed'}: ${error.message}`,
      '',
      { cause: reviveDeclared(error, declared) },
    );
  }
}

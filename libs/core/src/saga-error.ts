/** Every code that the engine itself gives an error. Each has a row in docs/errors.md; a spec compares both ways. */
export type SagaErrorCode =
  | 'INVALID_DURATION'
  | 'NOT_SERIALISABLE'
  | 'PAYLOAD_TOO_LARGE'
  | 'PAYLOAD_KEY_UNKNOWN'
  | 'PAYLOAD_TAMPERED'
  | 'PAYLOAD_MISSING'
  | 'PAYLOAD_UNREADABLE'
  | 'NON_DETERMINISTIC'
  | 'AWAITS_FOREIGN_PROMISE'
  | 'CALL_OUTSIDE_TURN'
  | 'INJECTED_SERVICE_TOUCHED'
  | 'CALL_FROM_QUERY'
  | 'COMPENSATION_CALLED'
  | 'SIGNAL_HANDLER_FAILED'
  | 'UNDO_MAPPING_FAILED'
  | 'COMPENSATION_GAVE_UP'
  | 'FAILED_AFTER_PIVOT'
  | 'PIVOT_PASSED'
  | 'STEP_OUTCOME_UNKNOWN'
  | 'CORRUPT_HISTORY'
  | 'ENGINE_TOO_OLD'
  | 'APPEND_REJECTED'
  | 'STEP_TIMED_OUT'
  | 'HEARTBEAT_TIMED_OUT'
  | 'CANNOT_RECORD_PROGRESS'
  | 'LIMIT_KEY_FAILED'
  | 'INVALID_LIMIT'
  | 'STEP_DEADLINE_PASSED'
  | 'STEP_UNKNOWN'
  | 'STEP_FAILED'
  | 'STEP_DID_NOT_HAPPEN'
  | 'INVALID_TOKEN'
  | 'CANNOT_COMPLETE_LATER'
  | 'STEP_ABANDONED'
  | 'STEP_UNDONE'
  | 'NOT_IN_TRANSACTION'
  | 'TRANSACTION_ENDED'
  | 'FOREIGN_TRANSACTION'
  | 'SAGA_CANCELLED'
  | 'SCOPE_CANCELLED'
  | 'SCOPE_TIMED_OUT'
  | 'SAGA_FAILED'
  | 'SAGA_COMPENSATED'
  | 'SAGA_TERMINATED'
  | 'OPERATION_REFUSED'
  | 'OPERATION_NOT_CONFIRMED'
  | 'UNKNOWN_SAGA'
  | 'UNKNOWN_INSTANCE'
  | 'UNKNOWN_SIGNAL'
  | 'UNKNOWN_QUERY'
  | 'CRASH_LOOP'
  | 'UNDO_IMPOSSIBLE'
  | 'UNDECLARED_COMMAND'
  | 'UNKNOWN_UPDATE'
  | 'UPDATE_REJECTED'
  | 'UPDATE_FAILED'
  | 'UPDATE_ABANDONED'
  | 'UPDATE_NOT_ACCEPTED'
  | 'INSTANCE_PARKED'
  | 'INSTANCE_CLOSED'
  | 'DUPLICATE_ID'
  | 'INVALID_ID'
  | 'INVALID_INPUT'
  | 'INVALID_EVENT'
  | 'EVENT_NOT_HEARD'
  | 'INVALID_TAG'
  | 'INVALID_FILTER'
  | 'INVALID_CURSOR'
  | 'INVALID_CONFIGURATION'
  | 'INVALID_SCHEDULE'
  | 'SCHEDULE_CONFLICT'
  | 'UNKNOWN_SCHEDULE'
  | 'RESULT_TIMED_OUT'
  | 'SHUTTING_DOWN'
  | 'SCHEMA_TOO_NEW'
  | 'BAD_HISTORY_FILE'
  | 'HISTORY_TOO_NEW'
  | 'BAD_USAGE'
  | 'APP_NOT_LOADED'
  | 'STORE_UNAVAILABLE'
  // of the delivery to a participant, and of the participant
  | 'NO_SUCH_SERVICE'
  | 'NO_HANDLER'
  | 'SERVICE_UNREACHABLE'
  | 'NO_ANSWER'
  | 'BAD_REPLY'
  | 'BAD_SIGNATURE'
  | 'BAD_REQUEST_ENVELOPE'
  | 'INVALID_COMMAND_INPUT'
  | 'INVALID_COMMAND_RESULT'
  | 'REQUEST_DEADLINE_PASSED'
  | 'REQUEST_IN_PROGRESS'
  | 'REQUEST_COMPENSATED'
  | 'REQUEST_KEY_REUSED'
  | 'PARTICIPANT_SHUTTING_DOWN'
  | 'HANDLER_FAILED';

/**
 * An error of the engine: a code for programs, one sentence of what happened, one of what to do next.
 * @example catch (error) { if (error instanceof SagaError && error.code === 'DUPLICATE_ID') … }
 */
export class SagaError extends Error {
  override readonly name: string = 'SagaError';

  constructor(
    readonly code: SagaErrorCode,
    /** What happened, as one sentence. */
    readonly what: string,
    /** What to do about it, as one sentence. */
    readonly advice = '',
    options?: { cause?: unknown },
  ) {
    super(advice ? `${what} ${advice}` : what, options);
  }
}

/** True for what will pass by itself: the store, or what payloads are kept in, is out of reach. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof SagaError && error.code === 'STORE_UNAVAILABLE';
}

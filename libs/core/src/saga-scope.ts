/** A part of a saga's code that can be cancelled by itself (law C7); handed to the body of `saga.scope()` and `saga.withTimeout()`. */
export interface SagaScope {
  /**
   * Cancels what was asked for in the scope, and in scopes inside it, apart from shielded parts: what is waited for rejects with a
   * `SagaCancelledError` of the code `SCOPE_CANCELLED`, and so does whatever is asked for there later. A step that is under way is not tried
   * again and its signal aborts; a child is cancelled and waited for. Nothing is undone. Does nothing when the scope has been cancelled
   * before, or has ended. A handler of a signal may call it.
   * @param reason stands in the message of the error
   * @throws SagaError `CALL_FROM_QUERY` where the code may only read
   */
  cancel(reason?: string): void;
  /** True when calls of the scope are refused, because it or a scope around it was cancelled. */
  readonly cancelled: boolean;
}

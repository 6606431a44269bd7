/** Knows when the microtask queue has drained, that is when the saga's code has gone as far as it can (law D3). */
export abstract class Idle {
  /** Resolves after every microtask queued so far, and every one those queue, has run. */
  abstract drained(): Promise<void>;
}

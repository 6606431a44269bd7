/** Knows when the microtask queue has drained, that is when the saga's code has gone as far as it can (law D3). */
export abstract class Idle {
  /** Resolves after every microtask queued so far, and every one those queue, has run; and before any timer, I/O or the like. */
  abstract drained(): Promise<void>;

  /** Lets timers and I/O of the process have their turn: a long replay asks for it now and then. */
  breathe(): Promise<void> {
    return this.drained();
  }
}

import { Idle } from 'reprise/core';

/**
 * Node runs a tick that was queued from a microtask when the microtask queue is empty, and before timers, I/O and immediates: what the
 * saga's code awaits of those cannot come in between unnoticed (law D7).
 */
export class NodeIdle extends Idle {
  private next: Promise<void> | undefined;

  /** Instances that ask before the tick is queued wait for the same one; after that it may come before microtasks of a tick at hand. */
  drained(): Promise<void> {
    return (this.next ??= new Promise((resolve) => {
      queueMicrotask(() => {
        this.next = undefined;
        process.nextTick(resolve);
      });
    }));
  }

  override breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

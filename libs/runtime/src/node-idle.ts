import { Idle } from 'reprise/core';

/**
 * Node runs a tick that was queued from a microtask when the microtask queue is empty, and before timers, I/O and immediates: what the
 * saga's code awaits of those cannot come in between unnoticed (law D7).
 */
export class NodeIdle extends Idle {
  drained(): Promise<void> {
    return new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
  }

  override breathe(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }
}

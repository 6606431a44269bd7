import { Idle } from 'reprise/core';

/** One `setImmediate` serves every execution that waits: Node runs it only when the microtask queue is empty. */
export class NodeIdle extends Idle {
  private waiting: (() => void)[] = [];

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.waiting.push(resolve) === 1) setImmediate(this.wake);
    });
  }

  private readonly wake = (): void => {
    const woken = this.waiting;
    this.waiting = [];
    for (const resolve of woken) resolve();
  };
}

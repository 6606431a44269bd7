import { setImmediate } from 'node:timers/promises';

/** Counts the requests that are being handled, and closes the door at shutdown. */
export class InFlightRequests {
  private count = 0;
  private closed = false;
  private emptied: (() => void) | undefined;

  /** False when the door is closed; then the request is not counted. */
  enter(): boolean {
    if (this.closed) return false;
    this.count++;
    return true;
  }

  leave(): void {
    this.count--;
    if (this.count === 0) this.emptied?.();
  }

  /**
   * Lets nobody in any more and waits for those inside.
   * @param longest in milliseconds
   * @returns how many are still inside
   */
  async drain(longest: number): Promise<number> {
    this.closed = true;
    if (this.count > 0) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => (this.emptied = resolve)),
        new Promise<void>((resolve) => (timer = setTimeout(resolve, longest))),
      ]);
      clearTimeout(timer);
    }
    // Nest writes an answer in a later tick than the one in which its handler ended.
    await setImmediate();
    await setImmediate();
    return this.count;
  }
}

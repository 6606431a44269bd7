import { Clock } from 'reprise/core';

/** The longest delay that `setTimeout` keeps, in milliseconds. */
const LONGEST = 0x7fffffff;

/** The process's clock. Its appointments do not keep the process alive. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  schedule(at: number, wake: () => void): () => void {
    const delay = at - Date.now();
    if (delay > LONGEST) return this.scheduleFar(at, wake);
    const timer = setTimeout(wake, Math.max(0, delay));
    timer.unref();
    return () => clearTimeout(timer);
  }

  /** In several strides. */
  private scheduleFar(at: number, wake: () => void): () => void {
    let cancel = (): void => undefined;
    const timer = setTimeout(() => (cancel = this.schedule(at, wake)), LONGEST);
    timer.unref();
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }
}

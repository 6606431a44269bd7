import { Clock } from 'reprise/core';

/** The longest delay that `setTimeout` keeps, in milliseconds. */
const LONGEST = 0x7fffffff;

/** The process's clock. Its appointments do not keep the process alive. */
export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }

  schedule(at: number, wake: () => void): () => void {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const delay = at - Date.now();
      timer = delay > LONGEST ? setTimeout(arm, LONGEST) : setTimeout(wake, Math.max(0, delay));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  }
}

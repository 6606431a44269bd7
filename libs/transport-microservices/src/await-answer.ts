import type { Observable } from 'rxjs';

/** The longest that a timer of Node can wait, in milliseconds: about 24 days. */
const LONGEST_TIMER = 2_147_483_647;

/**
 * The last value of a stream, undefined for none.
 * @param giveUpAt milliseconds since the epoch; then it unsubscribes and rejects with `late()`
 */
export function awaitAnswer(stream: Observable<unknown>, giveUpAt: number, late: () => Error): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let answer: unknown;
    let timer: NodeJS.Timeout | undefined;
    const subscription = stream.subscribe({
      next: (value) => (answer = value),
      error: (failure: unknown) => {
        clearTimeout(timer);
        reject(failure as Error);
      },
      complete: () => {
        clearTimeout(timer);
        resolve(answer);
      },
    });
    if (subscription.closed) return;
    const wait = (): void => {
      const left = giveUpAt - Date.now();
      if (left > 0) {
        timer = setTimeout(wait, Math.min(left, LONGEST_TIMER));
      } else {
        subscription.unsubscribe();
        reject(late());
      }
    };
    wait();
  });
}

import type { Clock } from 'reprise/core';
import { Backoff } from './backoff.js';

export interface AnswerWatchOptions<Answer> {
  readonly clock: Clock;
  /** The longest wait between two questions, in milliseconds; `Infinity`: the hints are enough. */
  readonly longest: number;
  /** Calls back when there may be news; answers a function that takes it back. */
  readonly onHint: (listener: () => void) => () => void;
  /** Asks the store for the answers that are there, of all that are waited for together. */
  readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>;
}

/** Waits for answers that others write into the store: told at once of those of this process, asking for all the others together. */
export class AnswerWatch<Answer> {
  private readonly waiting = new Map<string, Set<(answer: Answer) => void>>();
  private readonly wait: Backoff;
  private readonly stopHints: () => void;
  private cancelAsk: (() => void) | undefined;
  private asking = false;

  constructor(private readonly options: AnswerWatchOptions<Answer>) {
    const { longest, onHint } = options;
    this.wait = new Backoff(Math.min(100, longest), longest);
    this.stopHints = onHint(() => this.askSoon(0));
  }

  /**
   * Resolves with the answer, or with what `late` makes when it has not come in time.
   * @param local it will come from this process, so that nobody need be asked soon
   * @param timeout milliseconds; undefined: for as long as it takes
   */
  answer(key: string, local: boolean, timeout: number | undefined, late: () => Answer): Promise<Answer> {
    return new Promise((resolve) => {
      let settlers = this.waiting.get(key);
      if (!settlers) this.waiting.set(key, (settlers = new Set()));
      const own = settlers;
      let cancel = (): void => undefined;
      const settled = (answer: Answer): void => {
        cancel();
        resolve(answer);
      };
      own.add(settled);
      if (timeout !== undefined) {
        const { clock } = this.options;
        cancel = clock.schedule(clock.now() + timeout, () => {
          own.delete(settled);
          if (own.size === 0 && this.waiting.get(key) === own) this.waiting.delete(key);
          resolve(late());
        });
      }
      if (!local) this.wait.reset();
      this.askSoon(local ? 1_000 : 0);
    });
  }

  /** The answer is there. */
  answered(key: string, answer: Answer): void {
    const settlers = this.waiting.get(key);
    this.waiting.delete(key);
    for (const settle of settlers ?? []) settle(answer);
  }

  waitsFor(key: string): boolean {
    return this.waiting.has(key);
  }

  /** Answers everyone who still waits. */
  close(answer: () => Answer): void {
    this.stopHints();
    this.cancelAsk?.();
    for (const key of [...this.waiting.keys()]) this.answered(key, answer());
  }

  private askSoon(after: number): void {
    if (this.waiting.size === 0 || this.asking) return;
    if (after > 0 && this.cancelAsk) return;
    this.cancelAsk?.();
    if (after === Infinity) return;
    const { clock } = this.options;
    this.cancelAsk = clock.schedule(clock.now() + after, () => {
      this.cancelAsk = undefined;
      void this.ask();
    });
  }

  private async ask(): Promise<void> {
    this.asking = true;
    try {
      for (const [key, answer] of await this.options.ask([...this.waiting.keys()])) this.answered(key, answer);
    } catch {
      // The store is out of reach: whoever waits goes on waiting, up to the timeout that they gave.
    } finally {
      this.asking = false;
      this.askSoon(this.wait.next());
    }
  }
}

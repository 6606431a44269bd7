import { recordError, type Clock } from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';

export interface WorkSearchOptions {
  readonly clock: Clock;
  readonly log: EngineLog;
  /** The longest wait between two looks, in milliseconds; `Infinity`: hints are enough. */
  readonly longest: number;
  /** One look. True if there may be more at once. */
  readonly look: () => Promise<boolean>;
}

/** Looks into the store for work: at once on a hint, again at once while there is some, less and less often while there is none (W7). */
export class WorkSearch {
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private cancel: (() => void) | undefined;
  private readonly wait: Backoff;

  constructor(private readonly options: WorkSearchOptions) {
    this.wait = new Backoff(Math.min(50, options.longest), options.longest);
  }

  get busy(): boolean {
    return this.running !== undefined;
  }

  /** There may be something new. */
  hint(): void {
    if (this.stopped) return;
    this.wait.reset();
    this.cancel?.();
    this.begin();
  }

  /** No more looks; resolves when the one under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private begin(): void {
    this.again = true;
    this.running ??= this.search().finally(() => {
      this.running = undefined;
      if (this.again && !this.stopped) this.begin();
    });
  }

  private async search(): Promise<void> {
    const { clock, log, longest, look } = this.options;
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        if (await look()) {
          this.again = true;
          this.wait.reset();
        }
      } catch (error) {
        log.warn('The store could not be asked for work; trying again.', { cause: recordError(error).message });
      }
    }
    if (this.stopped || longest === Infinity) return;
    this.cancel?.();
    this.cancel = clock.schedule(clock.now() + this.wait.next(), () => this.begin());
  }
}

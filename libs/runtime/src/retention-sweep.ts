import { recordError, type Clock, type HistoryStore, type RetentionPolicy } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

export interface RetentionSweepOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** Which instances may go. */
  readonly policies: readonly RetentionPolicy[];
  /** Milliseconds that an orphan without an instance is kept; `Infinity` for ever. */
  readonly orphans: number;
}

/** Milliseconds between two passes, and between two statements of one. */
const EVERY = 60_000;
const BREATH = 250;
/** What one statement removes at the most, and how many statements a pass has. */
const BATCH = 500;
const BATCHES = 20;
/** How long what senders were told is kept, in milliseconds: a day. */
const REPLIES = 86_400_000;

/**
 * Removes what retention lets go, beside everything else: one statement at a time, a bounded number of them a minute, each whole by
 * itself, so that a crash between two leaves nothing half removed. A statement that fails is tried again later with half as much, since
 * long histories may make it too slow. Several workers share the work.
 */
export class RetentionSweep {
  private stopped = false;
  private running: Promise<void> | undefined;
  private cancel: (() => void) | undefined;
  private batch = BATCH;
  /** How far the orphans of this round are looked through. */
  private orphan = 0;

  constructor(private readonly options: RetentionSweepOptions) {}

  start(): void {
    this.later(EVERY, BATCHES);
  }

  /** Resolves when the statement under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private later(after: number, batches: number): void {
    if (this.stopped) return;
    const { clock } = this.options;
    this.cancel = clock.schedule(clock.now() + after, () => {
      this.running = this.sweep(batches);
    });
  }

  private async sweep(batches: number): Promise<void> {
    const more = await this.remove();
    if (more && batches > 1) this.later(BREATH, batches - 1);
    else this.later(EVERY, BATCHES);
  }

  /** One statement of each sort. True if there is more to remove. */
  private async remove(): Promise<boolean> {
    const { store, policies, orphans, log } = this.options;
    try {
      const removed = await store.catalogue.sweep(policies, this.batch);
      if (removed > 0) log.info('Ended instances were removed by retention.', { instances: removed });
      const more = removed === this.batch;
      this.batch = Math.min(BATCH, this.batch * 2);
      if (orphans !== Infinity) this.orphan = (await store.catalogue.sweepOrphans(orphans, this.orphan, BATCH)) ?? 0;
      const replies = await store.catalogue.sweepReplies(REPLIES, BATCH);
      return more || this.orphan > 0 || replies === BATCH;
    } catch (error) {
      this.batch = Math.max(1, Math.floor(this.batch / 2));
      log.warn('Retention could not remove instances; trying again.', { cause: recordError(error).message });
      return false;
    }
  }
}

import { recordError, type Clock, type CueStore } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/** Milliseconds between two passes, and between two statements of one. */
const EVERY = 60_000;
const BREATH = 250;
const BATCH = 500;

/** Removes cues that have been delivered for long, beside everything else. */
export class CueSweep {
  private cancel: (() => void) | undefined;
  private stopped = false;
  private running: Promise<void> | undefined;

  /** @param keep milliseconds */
  constructor(
    private readonly cues: CueStore,
    private readonly clock: Clock,
    private readonly log: EngineLog,
    private readonly keep: number,
  ) {}

  start(): void {
    this.later(EVERY);
  }

  /** Resolves when the statement under way has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel?.();
    await this.running;
  }

  private later(after: number): void {
    if (this.stopped) return;
    this.cancel = this.clock.schedule(this.clock.now() + after, () => (this.running = this.sweep()));
  }

  private async sweep(): Promise<void> {
    let removed = 0;
    try {
      removed = await this.cues.sweep(this.keep, BATCH);
    } catch (error) {
      this.log.warn('Old cues could not be removed; trying again.', { cause: recordError(error).message });
    }
    this.later(removed === BATCH ? BREATH : EVERY);
  }
}

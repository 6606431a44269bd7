import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { InboxTable } from './inbox-table.js';

const BATCH = 1_000;
/** How often old answers are looked for, in milliseconds. */
const PERIOD = 60_000;

/** Removes old answers, a batch at a time, in the background. Never keeps the process alive. */
export class InboxRetention {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly log = new Logger(InboxRetention.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly table: InboxTable,
    private readonly keep: number,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => (this.running = this.sweep()), PERIOD).unref();
  }

  /** Removes all that is old. Failures are logged and the next round tries again. */
  async sweep(): Promise<void> {
    try {
      while ((await this.table.removeOlderThan(this.dataSource, this.keep, BATCH)) === BATCH);
    } catch (error) {
      this.log.warn(`Old answers could not be removed: ${(error as Error).message}`);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }
}

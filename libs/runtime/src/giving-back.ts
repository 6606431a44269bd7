import { recordError, type Clock, type HistoryStore, type InstanceKey, type Successor } from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';

export interface GivingBackOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** True while `worker` still answers for the instance and does not run it: only then it has to be given back. */
  readonly owed: (worker: string, key: InstanceKey) => boolean;
}

/**
 * Gives instances back to the store, again and again until it hears (law W6): one that a living worker owns and does not run would
 * be run by nobody.
 */
export class GivingBack {
  private readonly open = new Set<Promise<void>>();

  constructor(private readonly options: GivingBackOptions) {}

  get busy(): boolean {
    return this.open.size > 0;
  }

  /** @param wakeAfter milliseconds until it is due; null: until a message comes */
  async release(worker: string, key: InstanceKey, wakeAfter: number | null): Promise<void> {
    const released = this.until(worker, key, wakeAfter);
    this.open.add(released);
    await released;
    this.open.delete(released);
  }

  /** The run gives way to its successor; whoever has room takes that up. */
  async succeed(worker: string, key: InstanceKey, successor: Successor): Promise<void> {
    const begun = this.begin(worker, key, successor);
    this.open.add(begun);
    await begun;
    this.open.delete(begun);
  }

  private async begin(worker: string, key: InstanceKey, successor: Successor): Promise<void> {
    const { store, log } = this.options;
    const backoff = new Backoff(50, 5_000);
    while (this.options.owed(worker, key)) {
      try {
        await store.succeed(worker, key, successor);
        return;
      } catch (error) {
        const cause = recordError(error).message;
        log.warn('An instance could not continue as new; trying again.', { run: key.run, cause });
        await this.pause(backoff);
      }
    }
  }

  private pause(backoff: Backoff): Promise<void> {
    const { clock } = this.options;
    return new Promise((resolve) => clock.schedule(clock.now() + backoff.next(), resolve));
  }

  private async until(worker: string, key: InstanceKey, wakeAfter: number | null): Promise<void> {
    const { store, clock, log, owed } = this.options;
    const due = wakeAfter === null ? null : clock.now() + wakeAfter;
    const backoff = new Backoff(50, 5_000);
    while (owed(worker, key)) {
      try {
        const left = due === null ? null : Math.max(0, due - clock.now());
        return await store.release(worker, [{ key, wakeAfter: left }]);
      } catch (error) {
        const cause = recordError(error).message;
        log.warn('An instance could not be given back; trying again.', { run: key.run, cause });
        await this.pause(backoff);
      }
    }
  }
}

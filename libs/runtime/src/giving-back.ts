import {
  recordError,
  type Clock,
  type HistoryStore,
  type InstanceKey,
  type Released,
  type Successor,
} from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';

export interface GivingBackOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** Present while the store has not heard what is refused from a worker that does not own the instance any more. */
  readonly pending: () => Promise<void> | undefined;
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

  /** Gives it back; what is left of `wakeAfter` when the store hears is what it waits. */
  release(worker: string, { key, wakeAfter, unrun = false }: Released): Promise<void> {
    const { store, clock } = this.options;
    const due = wakeAfter === null ? null : clock.now() + wakeAfter;
    return this.untilHeard(worker, key, 'given back', () => {
      const left = due === null ? null : Math.max(0, due - clock.now());
      return store.release(worker, [{ key, wakeAfter: left, unrun }]);
    });
  }

  /** The run gives way to its successor; whoever has room takes that up. */
  succeed(worker: string, key: InstanceKey, successor: Successor): Promise<void> {
    return this.untilHeard(worker, key, 'continued as new', () => this.options.store.succeed(worker, key, successor));
  }

  private async untilHeard(
    worker: string,
    key: InstanceKey,
    what: string,
    tell: () => Promise<unknown>,
  ): Promise<void> {
    const telling = this.tellAgain(worker, key, what, tell);
    this.open.add(telling);
    await telling;
    this.open.delete(telling);
  }

  private async tellAgain(worker: string, key: InstanceKey, what: string, tell: () => Promise<unknown>): Promise<void> {
    const { clock, log, owed, pending } = this.options;
    const first = pending();
    if (first) await first;
    const backoff = new Backoff(50, 5_000);
    while (owed(worker, key)) {
      try {
        await tell();
        return;
      } catch (error) {
        const cause = recordError(error).message;
        log.warn(`An instance could not be ${what}; trying again.`, { run: key.run, cause });
        await new Promise<void>((resolve) => clock.schedule(clock.now() + backoff.next(), resolve));
      }
    }
  }
}

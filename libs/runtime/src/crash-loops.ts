import { recordError, type ClaimedInstance, type InstanceKey } from 'reprise/core';
import { TurnWriter } from './turn-writer.js';
import type { WorkerContext } from './worker-context.js';
import type { WorkerOptions } from './worker-options.js';

/** How long one waits for its turn beside others that may have killed their worker, in milliseconds. */
const PAUSE = 1_000;
/** For which share of a lease an instance is under suspicion: what kills does so soon. */
const SUSPECTED = 0.5;
/** By how much the company gets smaller with every worker that dies. */
const FEWER = 8;
/** The largest company that is counted. */
const LARGEST = 512;

/**
 * Parks an instance that kills its worker again and again (law W5). A worker that dies takes everything with it, and nobody knows which
 * of its instances it was: so the oftener one was there, the fewer of its like run beside it, until it is alone with the worker that
 * dies. Who makes a turn, or lives with its worker for a while, is above suspicion: if the worker dies then, it was one of the others.
 */
export class CrashLoops {
  /** Those that are under suspicion here, and how many workers they cost. */
  private readonly suspects = new Map<string, number>();

  constructor(
    private readonly worker: WorkerContext,
    private readonly options: Pick<WorkerOptions, 'store' | 'crashLimit' | 'lease'>,
    /** The worker's id. */
    private readonly owner: () => string,
  ) {}

  /** Those that may be run now; the others are parked, or given back for a while. */
  async admit(claimed: readonly ClaimedInstance[]): Promise<readonly ClaimedInstance[]> {
    if (claimed.every(({ losses = 0 }) => losses === 0)) return claimed;
    const suspects: InstanceKey[] = [];
    const admitted = claimed.filter((instance) => this.admits(instance, suspects));
    if (suspects.length === 0 || (await this.suspect(suspects, true))) return admitted;
    for (const key of suspects) this.putBack(key);
    return admitted.filter(({ summary }) => !suspects.includes(summary.key));
  }

  /** It makes a turn. */
  progressed({ run }: InstanceKey): void {
    if (this.suspects.size > 0) this.suspects.delete(run);
  }

  private admits(instance: ClaimedInstance, suspects: InstanceKey[]): boolean {
    const { losses = 0, summary } = instance;
    const { crashLimit } = this.options;
    if (losses >= crashLimit) {
      void this.park(instance, losses);
      return false;
    }
    if (losses === 0 || company(crashLimit, losses) > LARGEST) return true;
    const worst = Math.max(losses, ...this.suspects.values());
    if (this.suspects.size >= company(crashLimit, worst)) {
      this.putBack(summary.key);
      return false;
    }
    this.suspects.set(summary.key.run, losses);
    suspects.push(summary.key);
    return true;
  }

  private putBack(key: InstanceKey): void {
    this.suspects.delete(key.run);
    void this.worker.release(key, PAUSE, true);
  }

  /** False when the store did not hear. */
  private async suspect(keys: readonly InstanceKey[], suspected: boolean): Promise<boolean> {
    const { clock, log } = this.worker;
    try {
      await this.options.store.suspect(this.owner(), keys, suspected);
    } catch (error) {
      log.warn('The store could not be told what may have killed a worker.', { cause: recordError(error).message });
      return false;
    }
    if (suspected) clock.schedule(clock.now() + this.options.lease * SUSPECTED, () => this.acquit(keys));
    return true;
  }

  /** The worker lives, with them. */
  private acquit(keys: readonly InstanceKey[]): void {
    for (const key of keys) this.suspects.delete(key.run);
    if (!this.worker.draining) void this.suspect(keys, false);
  }

  private async park({ summary, turns }: ClaimedInstance, losses: number): Promise<void> {
    const { key, id, status, retrying } = summary;
    const message = `${losses} workers in a row died while they ran it. Mend what kills them, then resume the instance.`;
    await new TurnWriter({ key, id }, this.worker, turns.length, { status, retrying }).tryPark('CRASH_LOOP', message);
    await this.worker.release(key, null);
  }
}

/** How many may run beside each other that cost so many workers. */
function company(limit: number, losses: number): number {
  return FEWER ** (limit - 1 - losses);
}

import { recordError, type Clock, type HistoryStore, type HostedVersion } from 'reprise/core';
import type { EngineLog } from './engine-log.js';
import type { Figures } from './figures/figures.js';

export interface HeartbeatOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly figures: Figures | undefined;
  /** Milliseconds; `Infinity`: no heartbeat is needed. */
  readonly lease: number;
  readonly hosted: () => readonly HostedVersion[];
  /** The worker's id. */
  readonly worker: () => string;
  /** The store took the worker for dead. */
  readonly lost: () => Promise<void>;
}

/** Milliseconds between two rounds of a timer that does nothing. */
const LONG = 0x7fffffff;

/** Prolongs a worker's lease three times as often as it would end (law W1). */
export class Heartbeat {
  private stopped = false;
  private until = -Infinity;
  private cancel: (() => void) | undefined;
  /** A process that runs a worker is alive, also while the database is away and nothing else is open. */
  private alive: NodeJS.Timeout | undefined;

  constructor(private readonly options: HeartbeatOptions) {}

  /** The first beat; rejects when the store is out of reach. */
  async start(): Promise<void> {
    const { store, worker, lease, hosted } = this.options;
    const asked = performance.now();
    await store.heartbeat(worker(), lease, hosted());
    this.until = asked + lease;
    if (lease !== Infinity) this.alive = setInterval(() => undefined, LONG);
    this.schedule(lease / 3);
  }

  /** True while the lease is known to hold: counted from before it was asked for. */
  get held(): boolean {
    return !this.stopped && performance.now() < this.until;
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.alive);
    this.cancel?.();
  }

  private schedule(after: number): void {
    if (after === Infinity || this.stopped) return;
    const { clock } = this.options;
    this.cancel = clock.schedule(clock.now() + after, () => void this.beat());
  }

  private async beat(): Promise<void> {
    const { store, worker, lease, hosted, lost, log, figures } = this.options;
    let next = lease / 3;
    try {
      const asked = performance.now();
      if (!(await store.heartbeat(worker(), lease, hosted())) && !this.stopped) {
        figures?.leaseLost.add();
        await lost();
      }
      this.until = asked + lease;
    } catch (error) {
      log.warn('The heartbeat did not reach the store.', { cause: recordError(error).message });
      next = Math.min(next, 500);
    }
    this.schedule(next);
  }
}

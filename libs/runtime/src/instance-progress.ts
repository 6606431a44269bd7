import type { Json } from 'reprise/core';
import { Pulse, type PulseWatch } from './pulse.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

/** How far the steps of one instance have come (law S5), by call. A call whose body says nothing leaves no trace here. */
export class InstanceProgress {
  /** What was said last, and is on record or about to be. */
  private readonly said = new Map<number, Json>();
  /** Calls that another worker, or this one at an earlier time, may have something on record of. */
  private readonly inherited = new Set<number>();

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: Pick<WorkerContext, 'clock' | 'progress'>,
  ) {}

  /** The call was open when the instance was taken over. */
  inherit(call: number): void {
    this.inherited.add(call);
  }

  /** The pulse of an attempt. */
  pulse(call: number, attempt: number, { timeout, silent, lost }: PulseWatch): Pulse {
    const { key } = this.identity;
    const { clock, progress } = this.worker;
    return new Pulse({
      clock,
      timeout,
      silent,
      before: () => this.said.get(call),
      ask: this.inherited.has(call) ? () => this.read() : undefined,
      record: (details) => {
        this.said.set(call, details);
        return progress.record({ key, call, attempt, details }, lost);
      },
    });
  }

  /** No attempt of the call follows. */
  settled(call: number): void {
    const said = this.said.delete(call);
    const inherited = this.inherited.delete(call);
    if (said || inherited) this.worker.progress.forget({ key: this.identity.key, call });
  }

  /** The instance has ended. */
  closed(): void {
    for (const call of [...this.said.keys(), ...this.inherited]) this.settled(call);
  }

  private async read(): Promise<void> {
    const found = await this.worker.progress.read(this.identity.key);
    for (const { call, details } of found) {
      if (this.inherited.has(call) && !this.said.has(call)) this.said.set(call, details);
    }
    this.inherited.clear();
  }
}

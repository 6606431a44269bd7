import type { Clock, InstanceKey, Tracing } from 'reprise/core';
import { Activation } from './activation.js';
import type { Figures } from './figures/figures.js';
import type { ResidentIdentity } from './resident-identity.js';
import { Resident } from './resident.js';
import type { WorkerContext } from './worker-context.js';

/** The instances in a worker's memory, by run and by id. */
export class Residents {
  private readonly byRun = new Map<string, Resident>();
  private readonly ids = new Set<string>();

  private readonly tracing: Tracing | undefined;
  private readonly figures: Figures | undefined;

  /** Both are undefined when nobody listens. */
  constructor({ tracing, figures }: { tracing: Tracing | undefined; figures: Figures | undefined }) {
    this.tracing = tracing;
    this.figures = figures;
  }

  get size(): number {
    return this.byRun.size;
  }

  /** True while one of them has something under way. */
  get busy(): boolean {
    for (const { busy } of this.byRun.values()) if (busy) return true;
    return false;
  }

  /** Resolves when nothing is under way any more, or `grace` milliseconds are over. */
  async finish(clock: Clock, grace: number): Promise<void> {
    const until = clock.now() + grace;
    while (this.busy && clock.now() < until) {
      await new Promise<void>((resolve) => clock.schedule(clock.now() + 10, resolve));
    }
  }

  get keys(): InstanceKey[] {
    return [...this.byRun.values()].map(({ identity }) => identity.key);
  }

  get(run: string): Resident | undefined {
    return this.byRun.get(run);
  }

  holds(id: string): boolean {
    return this.ids.has(id);
  }

  admit(admitted: ResidentIdentity, worker: WorkerContext): Resident {
    const identity = this.tracing ? { ...admitted, activation: new Activation(this.tracing) } : admitted;
    const resident = new Resident(identity, worker);
    this.byRun.set(identity.key.run, resident);
    this.ids.add(identity.id);
    return resident;
  }

  /** False if the instance is here under another identity: it was claimed again before it knew that it was given back. */
  forget(identity: ResidentIdentity): boolean {
    if (this.byRun.get(identity.key.run)?.identity !== identity) return false;
    this.figures?.evicted.add();
    this.byRun.delete(identity.key.run);
    return this.ids.delete(identity.id);
  }

  /** All of them drop what they hold. */
  dismiss(): void {
    for (const resident of [...this.byRun.values()]) resident.leave();
  }
}

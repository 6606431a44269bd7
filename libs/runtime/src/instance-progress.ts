import type { Clock, Json, StepCall } from 'reprise/core';
import { callAt, placeOf } from './record-keys.js';
import { Pulse, type PulseRecords, type PulseWatch } from './pulse.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

/** How far the steps of one instance have come (law S5), by the place of the call: with another input it is another. A call whose body says nothing leaves no trace here. */
export class InstanceProgress implements PulseRecords {
  /** What was said last, and is on record or about to be. */
  private readonly said = new Map<number, Json>();
  /** Calls that another worker, or this one at an earlier time, may have something on record of. */
  private readonly inherited = new Set<number>();

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: Pick<WorkerContext, 'clock' | 'progress'>,
  ) {}

  /** The call was open when the instance was taken over. */
  inherit(step: StepCall): void {
    this.inherited.add(placeOf(step));
  }

  /** The pulse of an attempt. */
  pulse(step: StepCall, attempt: number, watch: PulseWatch): Pulse {
    return new Pulse(this, placeOf(step), attempt, watch);
  }

  get clock(): Clock {
    return this.worker.clock;
  }

  before(place: number): Json | undefined {
    return this.said.get(place);
  }

  ask(place: number): (() => Promise<void>) | undefined {
    return this.inherited.has(place) ? () => this.read() : undefined;
  }

  record(place: number, attempt: number, details: Json, lost: () => void): Promise<void> {
    this.said.set(place, details);
    return this.worker.progress.record({ key: this.identity.key, call: place, attempt, details }, lost);
  }

  /** No attempt of the call follows. */
  settled(call: number): void {
    if (this.said.size === 0 && this.inherited.size === 0) return;
    for (const place of this.places()) if (callAt(place) === call) this.forget(place);
  }

  /** The instance has ended. */
  closed(): void {
    for (const place of this.places()) this.forget(place);
  }

  private places(): Set<number> {
    return new Set([...this.said.keys(), ...this.inherited]);
  }

  private forget(call: number): void {
    this.said.delete(call);
    this.inherited.delete(call);
    this.worker.progress.forget({ key: this.identity.key, call });
  }

  private async read(): Promise<void> {
    const found = await this.worker.progress.read(this.identity.key);
    for (const { call, details } of found) {
      if (this.inherited.has(call) && !this.said.has(call)) this.said.set(call, details);
    }
    this.inherited.clear();
  }
}

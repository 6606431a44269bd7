import {
  cueMarks,
  isOpenWait,
  recordError,
  type Cue,
  type CueWait,
  type IncomingEvent,
  type Message,
} from 'reprise/core';
import { Backoff } from './backoff.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkOwner } from './work-owner.js';
import type { WorkerContext } from './worker-context.js';

/**
 * The calls of one instance that wait for cues (law M6): each is made known to the store, which looks whether the cue came before; one that
 * comes later is a message to the instance. Made known again whenever the instance comes into memory, so that none is forgotten.
 */
export class CueWaits {
  private readonly known = new Set<number>();
  /** Looks for what came before the wait, by its call. */
  private readonly searches = new Map<number, Promise<void>>();
  private stopped = false;

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
    private readonly owner: WorkOwner,
  ) {}

  /** True while the store does not know yet that the instance waits: it may not leave memory. */
  get underway(): boolean {
    return this.searches.size > 0;
  }

  /** Makes known that the call waits, if it does. */
  begin(call: number): void {
    if (this.stopped || this.known.has(call) || !this.waitOf(call)) return;
    this.known.add(call);
    this.searches.set(call, this.register(call));
  }

  /**
   * What a cue has to let go before: what came before the wait, even if it was made known by a process that is gone. So cues of one key
   * come in their order (law M6). Undefined when that has been looked for.
   */
  search({ kind, input }: Message): Promise<void> | undefined {
    if (kind !== 'cue') return undefined;
    const { call } = input[1] as { readonly call: number };
    this.begin(call);
    return this.searches.get(call);
  }

  /** Calls that wait no longer. */
  end(): void {
    const over = [...this.known].filter((call) => !this.waitOf(call));
    for (const call of over) this.known.delete(call);
    this.forget(over);
  }

  /** @param ended true when the instance has ended */
  stop(ended: boolean): void {
    this.stopped = true;
    if (ended) this.forget([...this.known]);
    this.known.clear();
  }

  private async register(call: number): Promise<void> {
    const { worker, owner } = this;
    const backoff = new Backoff(50, 5_000);
    for (let wait = this.waitOf(call); wait && !this.stopped; wait = this.waitOf(call)) {
      try {
        const found = await worker.cues.await(wait);
        if (found) owner.receive(() => this.heard(call, found));
        break;
      } catch (error) {
        const { message: cause } = recordError(error);
        worker.log.warn('A wait for an event could not be made known; trying again.', { id: wait.id, call, cause });
        await new Promise<void>((resolve) => worker.clock.schedule(worker.clock.now() + backoff.next(), resolve));
      }
    }
    this.searches.delete(call);
    if (!this.stopped) owner.unemployed();
  }

  /** What came before the wait. */
  private heard(call: number, { id, event, payload, flow }: Cue): IncomingEvent[] {
    const { state } = this.owner.execution;
    if (!isOpenWait(state.calls.get(call)) || state.cues.has(id)) return [];
    return [{ type: 'CueReceived', call, cue: id, event, payload, flow }];
  }

  private waitOf(call: number): CueWait | undefined {
    const { state } = this.owner.execution;
    const found = state.calls.get(call);
    if (!isOpenWait(found) || state.over) return undefined;
    const { event, where } = found.awaits;
    const { key, id } = this.identity;
    return { key, id, call, event, marks: cueMarks(event, where), except: state.cues.all() };
  }

  /** If it fails, what comes is looked at once more and found to be too late. */
  private forget(calls: readonly number[]): void {
    if (calls.length === 0) return;
    const { key } = this.identity;
    this.worker.cues.forget(calls.map((call) => ({ key, call }))).catch((error: unknown) => {
      const { message: cause } = recordError(error);
      this.worker.log.warn('The end of a wait for an event could not be noted.', { id: this.identity.id, cause });
    });
  }
}

import {
  isShared,
  type Clock,
  type InstanceKey,
  type PermitDemand,
  type PermitRequest,
  type SagaDefinition,
  type StepCall,
  type StepDefinition,
  type StepLimits,
  type StepSetting,
  type StepType,
} from 'reprise/core';
import { declaredLimits } from './declared-limits.js';
import type { EngineLog } from './engine-log.js';
import { permitRequest } from './permit-request.js';
import type { Permit } from './permit.js';
import { StepGate } from './step-gate.js';
import { WorkSearch } from './work-search.js';

export interface AdmissionOptions {
  readonly limits: StepLimits;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** The longest wait between two looks, in milliseconds; `Infinity`: hints are enough. */
  readonly poll: number;
  /** The worker's id. */
  readonly worker: () => string;
}

/** How old settings may be at a look that no hint caused, in milliseconds. */
const FRESH = 250;

/**
 * Lets attempts of limited and paused steps begin in their turn (law S10). One look into the store for all that wait in this process.
 *
 * 1. A step without a limit and a pause passes without a wait and without a question.
 * 2. What only this process limits is decided here; what workers share is decided by the store.
 * 3. A permit that was granted and not heard of is found again, and one without use is given back until the store has heard it.
 */
export class Admission {
  private readonly gates = new Map<string, StepGate>();
  private readonly permits = new Map<string, Permit>();
  private settings = new Map<string, StepSetting>();
  private returning: PermitRequest[] = [];
  private readonly search: WorkSearch;
  private stopHints: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private stale = true;
  private readAt = 0;
  /** The answer to the last `take` was lost: what it granted is asked for. */
  private unsure = false;

  constructor(private readonly options: AdmissionOptions) {
    const { clock, log, poll } = options;
    this.search = new WorkSearch({ clock, log, longest: poll, look: () => this.look() });
  }

  /** True while the store is being asked. */
  get busy(): boolean {
    return this.search.busy;
  }

  /** Notes what code declares, and reads what holds. Rejects when the store is out of reach. */
  async start(definitions: readonly SagaDefinition[]): Promise<void> {
    const { limits } = this.options;
    const sagas = [...new Set(definitions.map(({ name }) => name))];
    await limits.declare(sagas, declaredLimits(definitions));
    this.stopHints = limits.onChange(() => {
      this.stale = true;
      this.search.hint();
    });
    await this.refresh();
    this.search.hint();
  }

  /** No more looks, and not a word to the store: its lease, or its leave, gives back what the worker held. */
  stop(): void {
    this.stopHints?.();
    this.cancelRetry?.();
    void this.search.stop();
  }

  /** The worker is stopping: whoever waits here makes room for others. */
  drain(): void {
    for (const gate of this.gates.values()) for (const permit of [...gate.waiting]) this.leave(permit);
  }

  /** The worker begins anew: the store has forgotten what it held. */
  forget(): void {
    this.gates.clear();
    this.permits.clear();
    this.returning = [];
    this.unsure = false;
  }

  /**
   * Asks for leave to make an attempt; undefined when none is needed. `admitted` is called when one that has to wait is granted.
   * @throws SagaError `LIMIT_KEY_FAILED`
   */
  enter(
    saga: string,
    definition: StepDefinition,
    call: StepCall,
    instance: InstanceKey,
    admitted: () => void,
  ): Permit | undefined {
    const { limit } = definition.policy;
    if (!limit && this.settings.size === 0) return undefined;
    const type = { saga, step: definition.name };
    const inStore = this.inStore(type);
    if (!inStore && limit?.perProcess === undefined) return undefined;
    const gate = this.gateOf(type);
    gate.perProcess = limit?.perProcess ?? Infinity;
    const permit = gate.join(permitRequest(saga, definition, call, instance), admitted);
    this.permits.set(permit.request.id, permit);
    if (inStore) this.search.hint();
    else if (gate.room > 0 && gate.waiting[0] === permit) gate.grant(permit);
    return permit;
  }

  /** The attempt is over, or not wanted any more. */
  leave(permit: Permit): void {
    if (permit.state === 'over') return;
    const gate = this.gateOf(permit.request);
    gate.leave(permit);
    this.permits.delete(permit.request.id);
    this.takeBack(permit);
    if (!this.inStore(gate.type)) this.grantHere(gate);
    if (this.returning.length > 0 || (gate.waiting.length > 0 && this.inStore(gate.type))) this.search.hint();
  }

  private async look(): Promise<boolean> {
    const { limits, worker, clock } = this.options;
    const me = worker();
    this.cancelRetry?.();
    if (this.stale || clock.now() - this.readAt >= FRESH) await this.refresh();
    if (this.unsure) await this.recover(me);
    await this.giveBack(me);
    const demands = await this.request(me);
    if (demands.length === 0) return false;
    this.unsure = true;
    const { granted, contended, retryAfter } = await limits.take(me, demands);
    this.unsure = false;
    for (const id of granted) this.granted(id);
    if (retryAfter !== undefined) {
      this.cancelRetry = clock.schedule(clock.now() + retryAfter, () => this.search.hint());
    }
    // Only a look after the last grant tells when a rate lets the next one through.
    return contended || (granted.length > 0 && demands.some((type) => this.settings.get(nameOf(type))?.limit.rate));
  }

  private async refresh(): Promise<void> {
    this.stale = false;
    const settings = await this.options.limits.settings();
    this.settings = new Map(settings.map((setting) => [nameOf(setting), setting]));
    this.readAt = this.options.clock.now();
    for (const gate of this.gates.values()) if (!this.inStore(gate.type)) this.grantHere(gate);
  }

  /** Puts into the store's queue who is not there yet, and answers what to take permits for. */
  private async request(me: string): Promise<PermitDemand[]> {
    const waiting = [...this.gates.values()].filter((gate) => gate.waiting.length > 0 && this.inStore(gate.type));
    const fresh = waiting.flatMap((gate) => gate.waiting.filter(({ queued }) => queued !== 'yes'));
    if (fresh.length > 0) {
      for (const permit of fresh) permit.queued = 'unsure';
      await this.options.limits.request(
        me,
        fresh.map(({ request }) => request),
      );
      for (const permit of fresh) permit.queued = 'yes';
    }
    return waiting
      .filter((gate) => gate.waiting.length > 0 && !this.settings.get(nameOf(gate.type))?.paused)
      .map(({ type, room }) => ({ ...type, ...(room === Infinity ? {} : { room }) }));
  }

  /** One that has left meanwhile is on its way back already. */
  private granted(id: string): void {
    const permit = this.permits.get(id);
    if (permit?.state !== 'waiting') return;
    this.gateOf(permit.request).grant(permit);
    permit.admitted();
  }

  /** Finds what was granted without its answer coming through. */
  private async recover(me: string): Promise<void> {
    for (const { id } of await this.options.limits.held(me)) this.granted(id);
    this.unsure = false;
  }

  private async giveBack(me: string): Promise<void> {
    const returned = [...this.returning];
    if (returned.length === 0) return;
    await this.options.limits.giveBack(me, returned);
    this.returning = this.returning.filter((permit) => !returned.includes(permit));
  }

  /** Out of the store, if it is or may be there. */
  private takeBack(permit: Permit): void {
    if (permit.queued !== 'no') this.returning.push(permit.request);
    permit.queued = 'no';
  }

  /** Lets through who waits for this process alone. One that waited in the store is taken back from there. */
  private grantHere(gate: StepGate): void {
    while (gate.room > 0 && gate.waiting.length > 0) {
      const permit = gate.waiting[0]!;
      this.takeBack(permit);
      gate.grant(permit);
      permit.admitted();
    }
  }

  /** True when the store decides: the limit is shared, or the kind of step is paused. */
  private inStore(type: StepType): boolean {
    const setting = this.settings.get(nameOf(type));
    return setting !== undefined && (setting.paused !== undefined || isShared(setting.limit));
  }

  private gateOf(type: StepType): StepGate {
    const name = nameOf(type);
    let gate = this.gates.get(name);
    if (!gate) this.gates.set(name, (gate = new StepGate({ saga: type.saga, step: type.step })));
    return gate;
  }
}

function nameOf({ saga, step }: StepType): string {
  return `${step}@${saga}`;
}

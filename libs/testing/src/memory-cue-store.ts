import {
  cueOf,
  CueStore,
  INSTANCES,
  type Clock,
  type Cue,
  type CueTrace,
  type HandlingTimes,
  type CueDelivery,
  type CueRoom,
  type CueSubscriber,
  type CueWait,
  type DeadLetter,
  type InstanceKey,
  type RecordedError,
  type SettledDelivery,
} from 'reprise/core';
import type { MemoryCorrespondence } from './memory-correspondence.js';
import { answers, MemoryCueWaits } from './memory-cue-waits.js';
import type { MemoryRuns } from './memory-runs.js';

interface Delivery {
  readonly subscriber: string;
  readonly cue: string;
  readonly key: string;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  dueAt: number;
  settledAt?: number;
  error?: RecordedError;
  sentAt?: number;
  times?: HandlingTimes;
}

/** What the store has beside its cues. */
export interface CueSurroundings {
  readonly correspondence: Pick<MemoryCorrespondence, 'takeEmitted' | 'emittedBy'>;
  readonly runs: Pick<MemoryRuns, 'get'>;
}

/** The same promises as PostgreSQL's, kept in maps: for unit tests. */
export class MemoryCueStore extends CueStore {
  /** Called at the moments at which a process may die: see `CrashPoint`. */
  pass: (place: string) => Promise<void> = () => Promise.resolve();
  /** By id, in the order of their publication; as text, so that nothing is shared. */
  private readonly cues = new Map<string, { readonly text: string; readonly publishedAt: number }>();
  private deliveries: Delivery[] = [];
  private readonly heard = new Map<string, readonly string[]>();
  private readonly waits: MemoryCueWaits;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly around: CueSurroundings,
  ) {
    super();
    this.waits = new MemoryCueWaits(around.runs);
  }

  /** Everything that was published, oldest first. */
  get published(): readonly Cue[] {
    return [...this.cues.keys()].map((id) => this.cue(id));
  }

  async subscribe(subscribers: readonly CueSubscriber[]): Promise<void> {
    for (const { name, events } of subscribers) this.heard.set(name, events);
  }

  async collect(run: InstanceKey, served: readonly string[] = []): Promise<void> {
    await this.pass('before what was emitted was published');
    // No moment to die between the two: it is one statement.
    this.add(this.around.correspondence.takeEmitted(run).map(cueOf), served);
    await this.pass('after what was emitted was published');
  }

  async publish(cues: readonly Cue[], served: readonly string[] = []): Promise<void> {
    this.add(cues, served);
  }

  private add(cues: readonly Cue[], served: readonly string[]): void {
    const now = this.clock.now();
    const before = this.deliveries.length;
    for (const cue of cues) {
      if (this.cues.has(cue.id)) continue;
      this.cues.set(cue.id, { text: JSON.stringify(cue), publishedAt: now });
      const hearing = [...this.heard].filter(([, events]) => events.includes(cue.event)).map(([name]) => name);
      for (const subscriber of [INSTANCES, ...hearing]) {
        this.deliveries.push({ subscriber, cue: cue.id, key: cue.key, state: 'pending', attempts: 0, dueAt: now });
      }
    }
    if (this.deliveries.slice(before).some(({ subscriber }) => !served.includes(subscriber))) this.tell();
  }

  async take(rooms: readonly CueRoom[], lease: number): Promise<CueDelivery[]> {
    const now = this.clock.now();
    return rooms.flatMap(({ subscriber, room }) => {
      const busy = new Set<string>();
      const ready = this.deliveries.filter((delivery) => {
        if (delivery.subscriber !== subscriber || delivery.state !== 'pending') return false;
        const first = !busy.has(delivery.key);
        busy.add(delivery.key);
        return first && delivery.dueAt <= now;
      });
      return ready.slice(0, room).map((delivery) => {
        delivery.attempts++;
        delivery.dueAt = now + lease;
        delivery.sentAt ??= now;
        delete delivery.error;
        const alone = this.deliveries.filter(({ cue }) => cue === delivery.cue).length === 1;
        const age = now - this.cues.get(delivery.cue)!.publishedAt;
        return { cue: this.cue(delivery.cue), subscriber, attempt: delivery.attempts, age, alone };
      });
    });
  }

  async settle(settled: readonly SettledDelivery[]): Promise<void> {
    const what = settled.map(({ cue, subscriber }) => `${cue} to "${subscriber}"`).join(', ');
    await this.pass(`when cue ${what} had been delivered`);
    for (const { subscriber, cue, attempt, result } of settled) {
      const found = this.deliveries.find((delivery) => delivery.subscriber === subscriber && delivery.cue === cue);
      if (found?.state !== 'pending') continue;
      if (result.outcome === 'delivered') {
        if (result.times) found.times = result.times;
        this.end(found, 'delivered');
      } else if (found.attempts === attempt) {
        found.error = structuredClone(result.error);
        if (result.outcome === 'dead') this.end(found, 'dead');
        else found.dueAt = this.clock.now() + result.after;
      }
    }
    await this.pass(`when it was noted that cue ${what} had been delivered`);
  }

  async await(wait: CueWait): Promise<Cue | undefined> {
    await this.pass('before a wait for an event was known');
    this.waits.add(wait);
    await this.pass('after a wait for an event was known');
    return this.published.find((cue) => answers(cue, wait));
  }

  async waiting(cue: Cue): Promise<CueWait[]> {
    return this.waits.of(cue);
  }

  async forget(waits: readonly Pick<CueWait, 'key' | 'call'>[]): Promise<void> {
    this.waits.forget(waits);
  }

  async traces({ run }: InstanceKey, cues: readonly string[]): Promise<CueTrace[]> {
    const leaving = this.around.correspondence.emittedBy(run);
    return cues.flatMap((cue): CueTrace[] => {
      if (leaving.includes(cue)) return [{ cue, state: 'leaving', attempts: 0 }];
      const found = this.deliveries.filter((one) => one.cue === cue);
      return found.sort((one, other) => (one.subscriber < other.subscriber ? -1 : 1)).map(traceOf);
    });
  }

  get dead(): number {
    return this.deliveries.filter(({ state }) => state === 'dead').length;
  }

  async deadLetters(limit: number): Promise<DeadLetter[]> {
    return this.deliveries
      .filter(({ state }) => state === 'dead')
      .sort((one, other) => one.settledAt! - other.settledAt!)
      .slice(0, limit)
      .map(({ cue, subscriber, attempts, settledAt, error }) => ({
        cue: this.cue(cue),
        subscriber,
        attempts,
        at: settledAt!,
        error: structuredClone(error!),
      }));
  }

  async redeliver(cue: string, subscriber: string): Promise<boolean> {
    const found = this.deliveries.find((one) => one.cue === cue && one.subscriber === subscriber);
    if (found?.state !== 'dead') return false;
    Object.assign(found, { state: 'pending', attempts: 0, dueAt: this.clock.now() });
    // It has as much time as it had.
    this.cues.set(cue, { ...this.cues.get(cue)!, publishedAt: this.clock.now() });
    this.tell();
    return true;
  }

  async discard(subscriber: string, cue?: string): Promise<number> {
    const before = this.deliveries.length;
    this.deliveries = this.deliveries.filter((one) =>
      cue === undefined
        ? one.subscriber !== subscriber
        : one.subscriber !== subscriber || one.cue !== cue || one.state !== 'dead',
    );
    if (cue === undefined) this.heard.delete(subscriber);
    return before - this.deliveries.length;
  }

  async sweep(olderThan: number, limit: number): Promise<number> {
    const before = this.clock.now() - olderThan;
    const kept = new Set(this.deliveries.filter(({ state }) => state !== 'delivered').map(({ cue }) => cue));
    const old = [...this.cues].filter(([id, { publishedAt }]) => publishedAt < before && !kept.has(id)).slice(0, limit);
    for (const [id] of old) this.cues.delete(id);
    this.deliveries = this.deliveries.filter(({ cue }) => this.cues.has(cue));
    return old.length;
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whoever had taken deliveries is gone. */
  freeAll(): void {
    const now = this.clock.now();
    for (const delivery of this.deliveries) if (delivery.attempts > 0) delivery.dueAt = Math.min(delivery.dueAt, now);
  }

  /** The run is gone. */
  remove(run: string): void {
    this.waits.remove(run);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }

  private cue(id: string): Cue {
    return JSON.parse(this.cues.get(id)!.text) as Cue;
  }

  private end(delivery: Delivery, state: 'delivered' | 'dead'): void {
    delivery.state = state;
    delivery.settledAt = this.clock.now();
  }
}

function traceOf({ cue, subscriber, state, attempts, dueAt, sentAt, settledAt, times, error }: Delivery): CueTrace {
  return {
    cue,
    subscriber,
    state,
    attempts,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(times === undefined ? {} : { receivedAt: times.received, handledAt: times.handled }),
    ...(settledAt === undefined ? {} : { settledAt }),
    ...(state === 'pending' ? { dueAt } : {}),
    ...(error === undefined ? {} : { error: structuredClone(error) }),
  };
}

import type { Clock } from './clock.js';
import type { CueDelivery, DeliveryOutcome } from './cue.js';
import type { HandlingTimes } from './delivery-times.js';
import type { CueStore } from './cue-store.js';
import { afterFailure, type DeliveryPolicy } from './delivery-policy.js';
import { recordError } from './recorded-error.js';

export interface CourierOptions {
  readonly cues: Pick<CueStore, 'take' | 'settle'>;
  readonly clock: Clock;
  readonly policy: DeliveryPolicy;
  /** The longest time between two looks, in milliseconds; `Infinity`: hints, and what it knows to be due, are enough. */
  readonly poll: number;
  /** For how long a delivery is taken, in milliseconds: longer than one may last. */
  readonly lease: number;
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** Resolves when the subscriber has acknowledged the cue, with when it had it, if it says so. `Undeliverable`: another try would not help. Rejects otherwise. */
  readonly deliver: (delivery: CueDelivery) => Promise<HandlingTimes | undefined>;
}

/** Another try would not help. */
export class Undeliverable extends Error {
  constructor(readonly reason: unknown) {
    super('undeliverable');
  }
}

/** How many deliveries to one subscriber are under way at once. */
const ROOM = 16;

/** Brings cues to their subscribers, again until each has acknowledged (law M6). A slow subscriber holds up no other. */
export class CueCourier {
  private readonly underway = new Map<string, number>();
  private looking: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private halted = false;
  private emptied: (() => void) | undefined;
  private acts = 0;
  private cancelPoll: (() => void) | undefined;
  /** When retries and leases are due, in milliseconds since the epoch. */
  private readonly wakes = new Map<number, () => void>();

  constructor(
    private readonly options: CourierOptions,
    /** Those that this process can reach. */
    private readonly subscribers: readonly string[],
  ) {}

  /** True while it looks or something is on its way. */
  get busy(): boolean {
    return this.looking !== undefined || this.acts > 0;
  }

  start(): void {
    this.hint();
  }

  /** Takes nothing more, and lets what is under way end: what fails meanwhile is due at once for others. */
  async stop(grace: number): Promise<void> {
    this.end();
    await this.looking;
    if (this.acts > 0) {
      const { clock } = this.options;
      let cancel = (): void => undefined;
      await new Promise<void>((resolve) => {
        this.emptied = resolve;
        cancel = clock.schedule(clock.now() + grace, resolve);
      });
      cancel();
    }
    this.halted = true;
  }

  /** As a crash would: notes nothing more. */
  halt(): void {
    this.halted = true;
    this.end();
  }

  private end(): void {
    this.stopped = true;
    this.cancelPoll?.();
    for (const cancel of this.wakes.values()) cancel();
    this.wakes.clear();
  }

  /** There may be something to deliver. */
  hint(): void {
    if (this.stopped) return;
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = this.look().finally(() => {
      this.looking = undefined;
      if (this.again) {
        this.again = false;
        this.hint();
      }
    });
  }

  private async look(): Promise<void> {
    const { cues, lease, clock, poll, warn } = this.options;
    try {
      const rooms = this.subscribers
        .map((subscriber) => ({ subscriber, room: ROOM - (this.underway.get(subscriber) ?? 0) }))
        .filter(({ room }) => room > 0);
      const taken = rooms.length > 0 ? await cues.take(rooms, lease) : [];
      for (const delivery of taken) void this.bring(delivery);
    } catch (error) {
      warn('Cues could not be looked for; trying again.', { cause: recordError(error).message });
      this.wakeAt(clock.now() + Math.min(poll, 1_000));
    }
    if (poll === Infinity || this.stopped) return;
    this.cancelPoll?.();
    this.cancelPoll = clock.schedule(clock.now() + poll, () => this.hint());
  }

  private async bring(delivery: CueDelivery): Promise<void> {
    const { subscriber, cue, attempt } = delivery;
    const { cues, clock, warn } = this.options;
    this.acts++;
    this.underway.set(subscriber, (this.underway.get(subscriber) ?? 0) + 1);
    const result = await this.attempt(delivery);
    // Whoever comes next finds it when its lease ends, and delivers it again.
    if (this.halted) return;
    if (result.outcome !== 'delivered') {
      const what = result.outcome === 'dead' ? 'A cue was given up and is a dead letter.' : 'A cue was not delivered.';
      warn(what, { subscriber, event: cue.event, cue: cue.id, attempt, cause: result.error.message });
    }
    try {
      await cues.settle([{ subscriber, cue: cue.id, attempt, result }]);
      if (result.outcome === 'retry') this.wakeAt(clock.now() + result.after);
    } catch (error) {
      // It stays taken until its lease ends, and is delivered again then: whoever has it already knows it by its id.
      warn('What became of a cue could not be noted.', { subscriber, cue: cue.id, cause: recordError(error).message });
      this.wakeAt(clock.now() + this.options.lease);
    }
    this.underway.set(subscriber, this.underway.get(subscriber)! - 1);
    this.acts--;
    if (this.acts === 0) this.emptied?.();
    this.hint();
  }

  private async attempt(delivery: CueDelivery): Promise<DeliveryOutcome> {
    try {
      const times = await this.options.deliver(delivery);
      return { outcome: 'delivered', ...(times === undefined ? {} : { times }) };
    } catch (error) {
      if (this.stopped) return { outcome: 'retry', after: 0, error: recordError(error) };
      if (error instanceof Undeliverable) return { outcome: 'dead', error: recordError(error.reason) };
      return afterFailure(delivery, recordError(error), this.options.policy, Math.random());
    }
  }

  /** Looks then, too. */
  private wakeAt(at: number): void {
    const { clock } = this.options;
    if (this.stopped || at === Infinity || this.wakes.has(at)) return;
    this.wakes.set(
      at,
      clock.schedule(at, () => {
        this.wakes.delete(at);
        this.hint();
      }),
    );
  }
}

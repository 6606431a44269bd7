import type { Clock, Json } from 'reprise/core';

/** Where what bodies say of their progress is kept, by the place of the call as it was when the attempt began: with another input it is another. */
export interface PulseRecords {
  readonly clock: Clock;
  /** What an attempt of the step before this one said last. */
  before(place: number): Json | undefined;
  /** Asks the store what that was; undefined where it is known. */
  ask(place: number): (() => Promise<void>) | undefined;
  /** Hands what the body said to the store; resolves when that has it. @param lost the worker does not own the instance any more */
  record(place: number, attempt: number, details: Json, lost: () => void): Promise<void>;
}

/** The longest time between two records of an attempt, in milliseconds. */
const LONGEST_GAP = 30_000;

/**
 * The heartbeats of one attempt: they show that its body is alive, and say how far it has come (law S5). The first details are recorded at
 * once; after that the latest ones, at most twice in the longest silence, and when the attempt ends without an outcome.
 */
export class Pulse {
  private heardAt = 0;
  /** What the body said and nobody recorded yet. */
  private held: Json | undefined;
  private recordedAt = -Infinity;
  private over = false;
  private cancelWatch: (() => void) | undefined;
  private cancelRecord: (() => void) | undefined;

  constructor(
    private readonly records: PulseRecords,
    private readonly place: number,
    private readonly attempt: number,
    private readonly owner: PulseWatch,
  ) {}

  get before(): Json | undefined {
    return this.records.before(this.place);
  }

  /** Present when it is not known yet what an attempt before this one said. */
  get ask(): (() => Promise<void>) | undefined {
    return this.records.ask(this.place);
  }

  /** The body begins: from here on it should be heard. */
  begin(): void {
    if (this.owner.timeout === Infinity) return;
    this.heardAt = this.records.clock.now();
    this.watch();
  }

  /** The body is alive. @param details how far it has come, encoded */
  beat(details: Json | undefined): void {
    if (this.over) return;
    const { clock } = this.records;
    this.heardAt = clock.now();
    if (details === undefined) return;
    this.held = details;
    const next = this.recordedAt + this.gap;
    if (next <= this.heardAt) void this.record();
    else this.cancelRecord ??= clock.schedule(next, () => void this.record());
  }

  /**
   * Nobody listens to the attempt any more. Answers when the store has what it said last, undefined if there is nothing to wait for.
   * @param keep false: the step needs no other attempt, so that nobody will ask
   */
  end(keep: boolean): Promise<void> | undefined {
    if (this.over) return undefined;
    this.over = true;
    this.cancelWatch?.();
    this.cancelRecord?.();
    return keep && this.held !== undefined ? this.record() : undefined;
  }

  private get gap(): number {
    return Math.min(this.owner.timeout / 2, LONGEST_GAP);
  }

  private record(): Promise<void> {
    const details = this.held!;
    this.held = undefined;
    this.cancelRecord = undefined;
    this.recordedAt = this.records.clock.now();
    return this.records.record(this.place, this.attempt, details, this.owner.lost);
  }

  /** One appointment for many heartbeats: when it comes it is made anew for the time that is left. */
  private watch(): void {
    const { clock } = this.records;
    const { timeout, silent } = this.owner;
    this.cancelWatch?.();
    this.cancelWatch = clock.schedule(this.heardAt + timeout, () => {
      if (this.over) return;
      if (clock.now() - this.heardAt >= timeout) silent();
      else this.watch();
    });
  }
}

/** What the pulse of an attempt asks of whoever waits for it. */
export interface PulseWatch {
  /** The longest silence in milliseconds; `Infinity`: the body may be silent. */
  readonly timeout: number;
  /** The body was silent for too long. */
  readonly silent: () => void;
  /** The worker does not own the instance any more. */
  readonly lost: () => void;
}

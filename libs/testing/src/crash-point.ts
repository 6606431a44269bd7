import type { AppendOutcome, StepInvocation, TurnAppend, UnsentMessage } from 'reprise/core';
import { FAULTS, type Fault } from './fault.js';
import { MemoryStore } from './memory-store.js';
import { VirtualClock } from './virtual-clock.js';

/** Counts the moments at which something may go wrong, and lets it go wrong at one of them. */
export class CrashPoint {
  /** What was being done at each moment, by what might have gone wrong there. */
  readonly met = Object.fromEntries(FAULTS.map((fault) => [fault, []])) as unknown as Record<Fault, string[]>;
  /** What was being done when it went wrong. */
  place: string | undefined;
  /** What dying is. */
  die: () => void = () => undefined;
  /** A step that has to be tried again because of the fault: time passes until that is over. */
  owed: string | undefined;
  /** Answers that are held back until the scenario goes on. */
  private held: (() => void)[] = [];
  /** The request whose answers never come. */
  private silent: string | undefined;

  /**
   * @param at the moment, 1 for the first; undefined: none, only count
   * @param fault what goes wrong
   */
  constructor(
    private readonly at?: number,
    readonly fault: Fault = 'crash',
  ) {}

  /** How many moments there were to die at. */
  get passed(): number {
    return this.met.crash.length;
  }

  get holding(): boolean {
    return this.held.length > 0;
  }

  before({ step, attempt }: StepInvocation): Promise<void> {
    return this.pass(`before step "${step}" ran, attempt ${attempt}`);
  }

  after({ step, attempt }: StepInvocation): Promise<void> {
    return this.pass(`after step "${step}" ran, attempt ${attempt}, before its outcome was kept`);
  }

  /** Never resolves when the process dies here: nobody is left to go on. */
  async pass(place: string): Promise<void> {
    if (!this.strikes('crash', place)) return;
    this.die();
    await new Promise(() => undefined);
  }

  /** Whether the fault happens here. */
  strikes(fault: Fault, place: string): boolean {
    const moments = this.met[fault];
    moments.push(place);
    if (this.fault !== fault || moments.length !== this.at) return false;
    this.place = place;
    return true;
  }

  /** Whether the answer to this request is one of those that never come. */
  silences(key: string, place: string): boolean {
    if (this.silent === undefined && this.strikes('no answer', place)) this.silent = key;
    return this.silent === key;
  }

  /** Holds something back until `release`. */
  hold(): Promise<void> {
    return new Promise((resolve) => this.held.push(resolve));
  }

  release(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}

/**
 * A store whose every append is two moments to die at: before it is written, and after. So is handing a run over to the next; and a message
 * to another instance may be in its mailbox when nobody has noted that, and an event may be published or delivered.
 */
export class CrashingStore extends MemoryStore {
  constructor(private readonly point: CrashPoint) {
    super(new VirtualClock());
    this.cues.pass = (place) => point.pass(place);
  }

  override async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    const what = turns.flatMap(({ turn }) => turn.events.map(({ type }) => type)).join(', ');
    await this.point.pass(`before the append of ${what}`);
    const outcomes = await super.append(worker, turns);
    await this.point.pass(`after the append of ${what}`);
    return outcomes;
  }

  override async succeed(...args: Parameters<MemoryStore['succeed']>): ReturnType<MemoryStore['succeed']> {
    await this.point.pass('before the next run took over');
    const outcome = await super.succeed(...args);
    await this.point.pass('after the next run took over');
    return outcome;
  }

  override async relayed(sent: readonly UnsentMessage[]): Promise<void> {
    const what = sent.map(({ to, message }) => `"${message.kind}" to "${to.id}"`).join(', ');
    await this.point.pass(`when ${what} had been delivered`);
    await super.relayed(sent);
    await this.point.pass(`when it was noted that ${what} had been delivered`);
  }
}

import type { AppendOutcome, Message, PostOutcome, StepInvocation, TurnAppend, UnsentMessage } from 'reprise/core';
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
   * @param at the moments, 1 for the first; none: only count
   * @param fault what goes wrong
   */
  constructor(
    private readonly at: readonly number[] = [],
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
    if (this.fault !== fault || !this.at.includes(moments.length)) return false;
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
 * For a process that dies several times: at these moments, counted from 1 over all its lives. They are those of `crashEverywhere`: the report has
 * them in `places`.
 * @example const process = await testSaga(OrderSaga).open(crashAt(3, 9));
 */
export function crashAt(...moments: readonly number[]): CrashPoint {
  return new CrashPoint(moments);
}

/**
 * A store whose every append is two moments to die at: before it is written, and after. So is handing a run over to the next; and a message
 * to another instance may be in its mailbox when nobody has noted that, and an event may be published or delivered.
 */
export class CrashingStore extends MemoryStore {
  /** What is sent again when it has been taken in. */
  private again: Parameters<MemoryStore['post']> | undefined;

  constructor(private readonly point: CrashPoint) {
    super(new VirtualClock());
    this.cues.pass = (place) => point.pass(place);
  }

  /** Held back by the fault, or sent again when it was taken in. */
  override async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const place = `message "${named(message)}" to "${id}"`;
    if (isWordOfAnother(message) && this.point.strikes('late message', place)) await this.point.hold();
    if (this.point.strikes('repeated message', place)) this.again = [shard, id, message];
    return super.post(shard, id, message);
  }

  override async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    const what = turns.flatMap(({ turn }) => turn.events.map(({ type }) => type)).join(', ');
    await this.point.pass(`before the append of ${what}`);
    const outcomes = await super.append(worker, turns);
    await this.repeat(turns);
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

  private async repeat(turns: readonly TurnAppend[]): Promise<void> {
    const { again } = this;
    if (!again || !turns.some(({ consumed }) => consumed?.includes(again[2].id))) return;
    this.again = undefined;
    await super.post(...again);
  }
}

/** Between a parent and its child: what comes from outside has no such id, and its sender waits for it. */
function isWordOfAnother({ kind, id }: Message): boolean {
  return (kind === 'result' || kind === 'undo') && id.includes(':');
}

/** Reasons, and how a child ended, are not what a message is told apart by. */
function named({ kind, name }: Message): string {
  return kind === 'signal' || kind === 'update' || kind === 'operate' ? `${kind} ${name}` : kind;
}

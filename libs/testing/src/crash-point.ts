import type { AppendOutcome, StepInvocation, TurnAppend, UnsentMessage } from 'reprise/core';
import { MemoryStore } from './memory-store.js';
import { VirtualClock } from './virtual-clock.js';

/** Counts the moments at which a process may die, and lets it die at one of them. */
export class CrashPoint {
  passed = 0;
  /** What the process was doing when it died. */
  place: string | undefined;
  /** What dying is. */
  die: () => void = () => undefined;

  /** @param at the moment, 1 for the first; undefined: none, only count */
  constructor(private readonly at?: number) {}

  before({ step, attempt }: StepInvocation): Promise<void> {
    return this.pass(`before step "${step}" ran, attempt ${attempt}`);
  }

  after({ step, attempt }: StepInvocation): Promise<void> {
    return this.pass(`after step "${step}" ran, attempt ${attempt}, before its outcome was kept`);
  }

  /** Never resolves when the process dies here: nobody is left to go on. */
  async pass(place: string): Promise<void> {
    if (++this.passed !== this.at) return;
    this.place = place;
    this.die();
    await new Promise(() => undefined);
  }
}

/**
 * A store whose every append is two moments to die at: before it is written, and after. So is handing a run over to the next; and a message
 * to another instance may be in its mailbox when nobody has noted that.
 */
export class CrashingStore extends MemoryStore {
  constructor(private readonly point: CrashPoint) {
    super(new VirtualClock());
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

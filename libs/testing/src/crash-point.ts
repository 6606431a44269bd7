import type { AppendOutcome, StepInvocation, TurnAppend } from 'reprise/core';
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

/** A store whose every append is two moments to die at: before it is written, and after. */
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
}

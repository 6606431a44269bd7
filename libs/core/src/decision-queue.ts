import { mismatch, type Mismatch } from './decision-match.js';
import type { DecisionEvent } from './event.js';

/** Decisions that the code has made and history does not have yet, oldest first. */
export class DecisionQueue {
  private waiting: DecisionEvent[] = [];

  push(decision: DecisionEvent): void {
    this.waiting.push(decision);
  }

  /** Takes them all, to be appended. */
  take(): DecisionEvent[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  /** Compares the oldest with the decision that history recorded next (law D5). Undefined: they agree. */
  match(recorded: DecisionEvent, redacted = false): Mismatch | undefined {
    return mismatch(recorded, this.waiting.shift(), redacted);
  }

  /** What is left over where history has nothing more for it. */
  surplus(): Mismatch | undefined {
    return this.waiting[0] && mismatch(undefined, this.waiting[0]);
  }
}

import { isDecision } from './decision-match.js';
import type { HistoryEvent } from './event.js';

/**
 * Which patches an instance has (law D8). A patch is applied at its first `patched()` that is asked live, and from that place on in every
 * replay; asked earlier than that place, a replay says no, as it was then. So it also holds in loops.
 * The rule, and that a "no" is not remembered, are Temporal's.
 */
export class Patches {
  /** True while the code goes where its history has not been. */
  live = true;
  private readonly applied = new Set<string>();
  private readonly announced = new Set<string>();
  private readonly deprecated = new Set<string>();

  /** Takes note of the patches among the decisions that follow `index`: they are applied by the delivery of that event. */
  announce(events: readonly HistoryEvent[], index: number): void {
    for (let next = index + 1; next < events.length && isDecision(events[next]!); next++) {
      const event = events[next]!;
      if (event.type === 'PatchApplied') this.announced.add(event.patch);
    }
  }

  /** @param undecided true if what is decided upon the turn that follows now is in the `next`, or is about to be decided */
  foresee(undecided: boolean, next: readonly HistoryEvent[] | undefined): void {
    this.live = undecided && !next;
    if (undecided && next) this.announce(next, -1);
  }

  has(patch: string): boolean {
    return this.applied.has(patch);
  }

  /** True when the code has to take the new way for the first time here. */
  begins(patch: string): boolean {
    return this.live || this.announced.has(patch);
  }

  apply(patch: string): void {
    this.applied.add(patch);
  }

  /** The code has no old way any more: what history says of the patch is passed over. */
  deprecate(patch: string): void {
    this.deprecated.add(patch);
  }

  isDeprecated(patch: string): boolean {
    return this.deprecated.has(patch);
  }
}

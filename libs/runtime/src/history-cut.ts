import { isDecision, SagaState, type HistoryEvent, type IncomingEvent, type StepCall, type Turn } from 'reprise/core';

/** A history up to one of its events, and what came after it. */
export class HistoryCut {
  readonly kept: readonly Turn[];
  readonly rest: readonly HistoryEvent[];
  /** What the kept part adds up to. */
  readonly state: SagaState;
  /** How many events are kept. */
  readonly events: number;
  /** What comes in again after the cut, so that the code decides upon it anew. */
  readonly again: IncomingEvent | undefined;

  /** @param at after so many events; where the last of them has led to decisions that are not among them, it comes in again */
  constructor(
    turns: readonly Turn[],
    readonly at: number,
  ) {
    const all = eventsOf(turns);
    const [last, next] = [all[at - 1], all[at]];
    this.again = at > 1 && last && next && !isDecision(last) && isDecision(next) ? last : undefined;
    this.events = this.again ? at - 1 : at;
    const kept: Turn[] = [];
    let left = this.events;
    for (const turn of turns) {
      if (left > 0) kept.push({ at: turn.at, events: turn.events.slice(0, left) });
      left -= turn.events.length;
    }
    this.kept = kept;
    this.rest = all.slice(at);
    this.state = SagaState.of(kept);
  }

  /** How many calls the kept part has made. */
  get calls(): number {
    return Math.max(-1, ...this.state.calls.keys()) + 1;
  }

  /** Steps that have no outcome where it is cut, of which it was heard later that they did not happen. */
  get absent(): StepCall[] {
    return this.state.openSteps().filter(({ call, cancelled, abandoned }) => {
      // Nobody waits for it, so that it is not tried again.
      if (cancelled || abandoned) return false;
      const outcome = this.outcomeOf(call);
      return outcome?.type === 'StepFailed' && outcome.kind !== 'fatal';
    });
  }

  /** What was last heard, after the cut, of how a step ended. */
  outcomeOf(call: number): HistoryEvent | undefined {
    return this.rest.findLast((event) => OUTCOMES.has(event.type) && 'call' in event && event.call === call);
  }
}

const OUTCOMES: ReadonlySet<string> = new Set<HistoryEvent['type']>([
  'StepCompleted',
  'StepCompletedLate',
  'StepFailed',
  'StepOutcomeUnknown',
]);

export function eventsOf(turns: readonly Turn[]): HistoryEvent[] {
  return turns.flatMap(({ events }) => events);
}

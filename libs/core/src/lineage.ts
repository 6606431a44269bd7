import type { SagaForked, RunOrigin } from './operator-event.js';
import type { Turn } from './event.js';

/** Whose history an instance lives in: what was forked lives in that of the run it came from, up to where it goes its own way. */
export class Lineage {
  private ahead: RunOrigin[] = [];

  constructor(private readonly own: RunOrigin) {}

  /** The run that makes the calls at this place. */
  get current(): RunOrigin {
    return this.ahead[0] ?? this.own;
  }

  /** Looks where the ways part in a history that is about to be replayed. */
  expect(turns: readonly Turn[]): void {
    this.ahead = turns.flatMap(({ events }) => events.filter(isFork)).map(({ from }) => from);
  }

  /** Goes on as the next. */
  part(): void {
    this.ahead.shift();
  }
}

/** True if the turn parts the ways. It holds nothing but what comes in: what the code decides upon it is in turns to come. */
export function parts({ events }: Turn): boolean {
  return events.some(isFork);
}

function isFork(event: Turn['events'][number]): event is SagaForked {
  return event.type === 'SagaForked';
}

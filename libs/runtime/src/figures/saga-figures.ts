import type { ClosedStatus } from 'reprise/core';
import type { Family } from './family.js';
import { STEP_OUTCOMES, type StepFigureOutcome, type StepFigures } from './step-figures.js';
import type { Spread } from './spread.js';
import type { Tally } from './tally.js';

/** Where the numbers of sagas come from. */
export interface SagaFamilies {
  readonly started: Family<Tally>;
  readonly closed: Family<Tally>;
  readonly duration: Family<Spread>;
  readonly compensations: Family<Tally>;
  readonly attempts: Family<Tally>;
  readonly stepDuration: Family<Spread>;
}

/** Steps whose names the code makes up as it goes must not fill the memory of whoever collects. */
const MOST_STEPS = 200;
const OTHERS = 'other';

/** The numbers of one saga. */
export class SagaFigures {
  readonly started: Tally;
  readonly duration: Spread;
  readonly compensations: Tally;
  private readonly ends = new Map<ClosedStatus, Tally>();
  private readonly steps = new Map<string, StepFigures>();

  constructor(
    private readonly saga: string,
    private readonly families: SagaFamilies,
  ) {
    this.started = families.started.of(saga);
    this.duration = families.duration.of(saga);
    this.compensations = families.compensations.of(saga);
  }

  closed(outcome: ClosedStatus): Tally {
    let found = this.ends.get(outcome);
    if (!found) this.ends.set(outcome, (found = this.families.closed.of(this.saga, outcome)));
    return found;
  }

  step(name: string): StepFigures {
    const found = this.steps.get(name);
    if (found) return found;
    if (this.steps.size >= MOST_STEPS && name !== OTHERS) return this.step(OTHERS);
    const { attempts, stepDuration } = this.families;
    const made: StepFigures = {
      attempts: Object.fromEntries(
        STEP_OUTCOMES.map((outcome) => [outcome, attempts.of(this.saga, name, outcome)]),
      ) as Record<StepFigureOutcome, Tally>,
      duration: stepDuration.of(this.saga, name),
    };
    this.steps.set(name, made);
    return made;
  }
}

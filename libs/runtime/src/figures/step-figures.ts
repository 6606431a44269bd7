import type { Spread } from './spread.js';
import type { Tally } from './tally.js';

/** What is known about one attempt when it has ended. `deferred`: it will be completed from outside. `late`: nobody waited for it. */
export const STEP_OUTCOMES = [
  'completed',
  'failed',
  'declared',
  'fatal',
  'absent',
  'unknown',
  'deferred',
  'late',
] as const;
export type StepFigureOutcome = (typeof STEP_OUTCOMES)[number];

/** The numbers of one step of one saga, found once: counting allocates nothing. */
export interface StepFigures {
  readonly attempts: Readonly<Record<StepFigureOutcome, Tally>>;
  readonly duration: Spread;
}

/**
 * - `scheduled`: intent durable, first attempt due or under way
 * - `retrying`: an attempt failed, another is due, or a person is asked
 * - `deferred`: the body gave it out of its hands; whoever has its token says how it ends
 * - `verifying`: nobody answered in time, and somebody looks whether its effect happened
 * - `declared`: ended in a declared error, so its effect did not happen
 * - `absent`: somebody looked, and its effect did not happen
 * - `fatal`: ended in an error that no retry mends; whether the effect happened is not certain
 * - `unknown`: nobody answered in time
 * - `compensated`: taken back
 * - `skipped`: a compensation that an operator called off, or a step whose compensation was
 */
export type StepState =
  | 'scheduled'
  | 'retrying'
  | 'deferred'
  | 'verifying'
  | 'completed'
  | 'declared'
  | 'absent'
  | 'fatal'
  | 'unknown'
  | 'compensated'
  | 'skipped';

/** What moves a step: its events, `StepFailed` split by kind, and `StepUndone`: the completion of its compensation. `StepSkipped` moves both the compensation and its step. */
export type StepMove =
  | 'StepAttemptFailed'
  | 'StepDeferred'
  | 'StepVerifying'
  | 'StepCompleted'
  | 'StepFailed/declared'
  | 'StepFailed/absent'
  | 'StepFailed/fatal'
  | 'StepOutcomeUnknown'
  | 'StepCompletedLate'
  | 'StepUndone'
  | 'StepRetryRequested'
  | 'StepInputEdited'
  | 'StepSkipped';

/** Every legal move of one step. A pair that is missing here cannot happen. */
export const STEP_MOVES = {
  scheduled: {
    /** Before the first attempt: of a run that was redriven. */
    StepInputEdited: 'retrying',
    StepAttemptFailed: 'retrying',
    StepDeferred: 'deferred',
    StepVerifying: 'verifying',
    StepCompleted: 'completed',
    'StepFailed/declared': 'declared',
    'StepFailed/absent': 'absent',
    'StepFailed/fatal': 'fatal',
    StepOutcomeUnknown: 'unknown',
    StepSkipped: 'skipped',
  },
  retrying: {
    StepRetryRequested: 'retrying',
    StepInputEdited: 'retrying',
    StepAttemptFailed: 'retrying',
    StepDeferred: 'deferred',
    StepVerifying: 'verifying',
    StepCompleted: 'completed',
    'StepFailed/declared': 'declared',
    'StepFailed/absent': 'absent',
    'StepFailed/fatal': 'fatal',
    StepOutcomeUnknown: 'unknown',
    StepSkipped: 'skipped',
  },
  deferred: {
    StepAttemptFailed: 'retrying',
    StepVerifying: 'verifying',
    StepCompleted: 'completed',
    'StepFailed/declared': 'declared',
    'StepFailed/absent': 'absent',
    'StepFailed/fatal': 'fatal',
    StepOutcomeUnknown: 'unknown',
    StepSkipped: 'skipped',
  },
  verifying: {
    StepAttemptFailed: 'verifying',
    /** Whoever edits the input knows that it did not happen: there is nothing left to verify. */
    StepInputEdited: 'retrying',
    StepCompleted: 'completed',
    'StepFailed/declared': 'declared',
    'StepFailed/absent': 'absent',
    'StepFailed/fatal': 'fatal',
    StepOutcomeUnknown: 'unknown',
  },
  completed: { StepUndone: 'compensated', StepSkipped: 'skipped' },
  /** Another attempt of it succeeded after all: the effect did happen, and has to be undone if the saga fails (law S7). */
  declared: { StepCompletedLate: 'completed' },
  absent: { StepCompletedLate: 'completed' },
  fatal: { StepCompletedLate: 'completed', StepUndone: 'compensated', StepSkipped: 'skipped' },
  unknown: { StepCompletedLate: 'completed', StepUndone: 'compensated', StepSkipped: 'skipped' },
  /** A success that comes after the undo has to be undone again (law S7). */
  compensated: { StepCompletedLate: 'completed' },
  /** An operator decided that the effect stays: whatever is heard of it later is an orphan. */
  skipped: {},
} as const satisfies Record<StepState, Partial<Record<StepMove, StepState>>>;

/** Where the move leads, or undefined if it cannot happen. */
export function moveStep(state: StepState, move: StepMove): StepState | undefined {
  return (STEP_MOVES[state] as Partial<Record<StepMove, StepState>>)[move];
}

import { moveStep, type StepMove, type StepState } from './step-machine.js';

const ENDED: readonly StepState[] = ['completed', 'declared', 'absent', 'fatal', 'unknown', 'compensated', 'skipped'];
const OUTCOMES: readonly StepMove[] = [
  'StepAttemptFailed',
  'StepDeferred',
  'StepVerifying',
  'StepCompleted',
  'StepFailed/declared',
  'StepFailed/absent',
  'StepFailed/fatal',
  'StepOutcomeUnknown',
];

describe('S7 a step that has an outcome', () => {
  for (const state of ENDED) {
    it(`takes no other one as ${state}, unless it is marked as late`, () => {
      expect(OUTCOMES.filter((move) => moveStep(state, move) !== undefined)).toEqual([]);
    });
  }
});

import type { ErrorClass } from 'reprise/contracts';
import type { StepOptions } from 'reprise/core';

export interface LocalStepOptions extends StepOptions {
  /**
   * The business answers of this step (law S4): thrown to `run()` at once as what they are, never retried, and the step's effect
   * did not happen. Everything else that the body throws is tried again.
   */
  readonly errors?: readonly ErrorClass[];
}

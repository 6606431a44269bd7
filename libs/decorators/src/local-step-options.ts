import type { ErrorClass } from 'reprise/contracts';
import type { GroupOptions, HeartbeatOptions, PivotOptions, StepOptions, TransactionalOptions } from 'reprise/core';

/** The options of a step whose body runs in this process. */
export interface LocalStepOptions<
  KeyInput extends readonly unknown[] = never[],
  PriorityInput extends readonly unknown[] = KeyInput,
>
  extends StepOptions<KeyInput, PriorityInput>, TransactionalOptions, HeartbeatOptions, PivotOptions {
  /**
   * The business answers of this step (law S4): thrown to `run()` at once as what they are, never retried, and the step's effect
   * did not happen. Everything else that the body throws is tried again.
   */
  readonly errors?: readonly ErrorClass[];
}

/** The options of a compensation whose body runs in this process. */
export interface LocalCompensationOptions extends StepOptions, TransactionalOptions, HeartbeatOptions, GroupOptions {}

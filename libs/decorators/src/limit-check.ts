import type { Refusal } from './refusal.js';
import type { AnyMethod, StepInput } from './saga-class.js';

/** Refuses functions of a limit that take other input than the step does. */
export type LimitCheck<
  F extends AnyMethod,
  KeyInput extends readonly unknown[],
  PriorityInput extends readonly unknown[],
> =
  Takes<KeyInput, StepInput<F>> extends true
    ? Takes<PriorityInput, StepInput<F>> extends true
      ? unknown
      : Refusal<"limit.priority does not take the step's input">
    : Refusal<"limit.key does not take the step's input">;

/** True if a function of `Wanted` can be called with `Given`. */
type Takes<Wanted extends readonly unknown[], Given extends readonly unknown[]> = ((...input: Wanted) => void) extends (
  ...input: Given
) => void
  ? true
  : false;

import type { DeclaredError } from './recorded-error.js';
import type { StepPolicy } from './step-policy.js';
import type { CommandAddress } from './step-transport.js';

/** A saga that can be started as a child. */
export interface StartableSaga {
  readonly name: string;
  readonly version: number;
  validate(input: unknown): Promise<unknown>;
}

/** What the engine performs by itself. */
export type EngineStep =
  { readonly performs: 'child'; readonly saga: StartableSaga } | { readonly performs: 'undo child' };

/** A step, or a compensation: something that is performed outside the saga's code. */
export interface StepDefinition {
  readonly name: string;
  readonly policy: StepPolicy;
  readonly declared: ReadonlyMap<string, DeclaredError>;
  /** Present when another service performs it; absent for a method of the saga class. */
  readonly command?: CommandAddress;
  /** Present when the engine performs it by itself. */
  readonly engine?: EngineStep;
  /** The name of the compensation that takes this step back, a key of `SagaDefinition.steps`. */
  readonly undo?: string;
  /** On a compensation: undone at the same time as its neighbours of the same group (law C2). */
  readonly group?: string;
  /** The name of what looks whether this step happened when nobody answered, a key of `SagaDefinition.steps` (law S6). */
  readonly verification?: string;
  /** Present on a verification: makes a `Verified` of what it was answered and the step's input. Pure. */
  verdict?(answer: unknown, input: readonly unknown[]): unknown;
}

/** A step that the code makes up as it goes: known by the call that made it, made again by every replay. */
export interface DynamicStep {
  readonly definition: StepDefinition;
  /** Takes it back; `map` makes the undo's arguments from the result (undefined: outcome unknown) and the step's own arguments. */
  readonly undo?: {
    readonly definition: StepDefinition;
    map(result: unknown, args: readonly unknown[]): readonly unknown[];
  };
}

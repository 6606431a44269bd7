import { isOpenStep, type StepCall } from './call-state.js';
import type { CodeSurroundings } from './code-surroundings.js';
import { SagaError } from './saga-error.js';
import type { SagaState } from './saga-state.js';
import type { StepDefinitions } from './step-definitions.js';
import type { StepPolicy } from './step-policy.js';

/** What is known of an instance. */
interface Known {
  readonly steps: StepDefinitions;
  readonly state: SagaState;
}

/** What a forward step may say beside its policy. */
export interface PivotOptions {
  /**
   * The point of no return (law C5): once this step has completed, failures go forward. Nothing is undone any more, and a step whose
   * attempts are used up is put before a person. A pivot has no compensation. Default false.
   */
  readonly pivot?: boolean;
}

/** True when the point of no return is behind the instance: a pivot has completed (law C5). */
export function pivotPassed(steps: StepDefinitions, state: SagaState): boolean {
  return pivots(steps, state).some((step) => step.state === 'completed');
}

/** True when a pivot has completed, or may complete yet: what is asked of the instance from outside cannot turn it back. */
export function pivotBegun(steps: StepDefinitions, state: SagaState): boolean {
  return pivots(steps, state).some((step) => step.state === 'completed' || isOpenStep(step));
}

/** The policy of the next attempt of a step as it is by now: after a pivot no forward step ends unknown, a person is asked instead (law C5). */
export function policyOf({ steps, state }: Known, step: StepCall): StepPolicy | undefined {
  const policy = steps.attemptedOf(step)?.policy;
  if (!policy || policy.asksPerson || !pivotPassed(steps, state)) return policy;
  return { ...policy, asksPerson: true };
}

/** Waits for pivots that are under way: whether there is a way back depends on them. True when there is none. */
export async function noWayBack(
  code: { settled(call: number): Promise<unknown> },
  around: CodeSurroundings,
): Promise<boolean> {
  for (const step of pivots(around.steps, around.state)) if (isOpenStep(step)) await code.settled(step.call);
  return pivotPassed(around.steps, around.state);
}

export function failedAfterPivot(saga: string, error: string): SagaError {
  return new SagaError(
    'FAILED_AFTER_PIVOT',
    `Saga "${saga}" ended in an error after its pivot: ${error}`,
    'Nothing is undone; mend run() so that it goes on from there, and deploy.',
  );
}

export function compensateAfterPivot(saga: string): SagaError {
  return new SagaError('PIVOT_PASSED', `Saga "${saga}" asked to be undone after its pivot.`, 'Go forward instead.');
}

function pivots(steps: StepDefinitions, state: SagaState): StepCall[] {
  return [...state.calls.values()].filter(
    (call): call is StepCall =>
      call.kind === 'step' && call.undoes === undefined && steps.of(call)?.policy.pivot === true,
  );
}

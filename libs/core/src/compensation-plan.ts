import { isOpenStep, type StepCall } from './call-state.js';
import type { StepDefinition } from './step-definition.js';
import type { SagaState } from './saga-state.js';
import type { StepDefinitions } from './step-definitions.js';

/** One step that has to be taken back. */
export interface PlannedUndo {
  readonly target: StepCall;
  readonly compensation: StepDefinition;
  /** The call whose outcome has to come first: the step's own, or that of an undo of it that is under way. */
  readonly awaits?: number;
}

/**
 * What has to be undone, newest start first (law C2): a pure function of the history.
 * A compensation is armed when its step is scheduled; it runs if the step completed and if its outcome is uncertain,
 * not if the step ended in a declared error or is known not to have happened (law C3), nor
 * when an operator called it off (law C4), nor when it is left to the run that this one was forked from.
 */
export function compensationPlan(steps: StepDefinitions, state: SagaState): PlannedUndo[] {
  const plan: PlannedUndo[] = [];
  const underway = new Map<number, number>();
  for (const call of state.calls.values()) {
    if (call.kind === 'step' && call.undoes !== undefined && isOpenStep(call)) underway.set(call.undoes, call.call);
  }
  for (const call of state.calls.values()) {
    if (call.kind !== 'step' || call.undoes !== undefined) continue;
    if (call.state === 'declared' || call.state === 'absent') continue;
    if (call.spared) continue;
    if (call.state === 'compensated' || call.state === 'skipped') continue;
    const compensation = steps.undoOf(call);
    if (compensation === undefined) continue;
    const awaits = isOpenStep(call) ? call.call : underway.get(call.call);
    plan.push({ target: call, compensation, ...(awaits === undefined ? {} : { awaits }) });
  }
  return plan.sort((a, b) => b.target.call - a.target.call);
}

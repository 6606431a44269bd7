import type { SagaDefinition } from './saga-definition.js';
import { isOpenStep, type StepCall } from './call-state.js';
import type { SagaState } from './saga-state.js';

/** One step that has to be taken back. */
export interface PlannedUndo {
  readonly target: StepCall;
  /** The name of its compensation. */
  readonly compensation: string;
  /** Its outcome is not in yet: the plan waits for it. */
  readonly pending: boolean;
}

/**
 * What has to be undone, newest start first (law C2): a pure function of the history.
 * A compensation is armed when its step is scheduled; it runs if the step completed and if its outcome is uncertain,
 * not if the step ended in a declared error (law C3).
 */
export function compensationPlan(definition: SagaDefinition, state: SagaState): PlannedUndo[] {
  const plan: PlannedUndo[] = [];
  for (const call of state.calls.values()) {
    if (call.kind !== 'step' || call.undoes !== undefined) continue;
    if (call.state === 'declared' || call.state === 'compensated') continue;
    const compensation = definition.steps.get(call.step)?.undo;
    if (compensation !== undefined) plan.push({ target: call, compensation, pending: isOpenStep(call) });
  }
  return plan.sort((a, b) => b.target.call - a.target.call);
}

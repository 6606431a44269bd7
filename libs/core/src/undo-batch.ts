import type { PlannedUndo } from './compensation-plan.js';
import type { SagaDefinition } from './saga-definition.js';

/**
 * What of the plan is undone at the same time: the newest, and those that follow it in the same group (law C2).
 * @param plan newest start first
 */
export function undoBatch(
  plan: readonly PlannedUndo[],
  { compensation = 'sequential' }: Pick<SagaDefinition, 'compensation'>,
): readonly PlannedUndo[] {
  if (compensation === 'parallel') return plan;
  const group = plan[0]?.compensation.group;
  if (group === undefined) return plan.slice(0, 1);
  const next = plan.findIndex((planned) => planned.compensation.group !== group);
  return next < 0 ? plan : plan.slice(0, next);
}

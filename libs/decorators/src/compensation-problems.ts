import type { SagaOutline } from './saga-outline.js';
import type { StepRecord } from './saga-record.js';

/** What is wrong with the order in which steps are undone, in words. */
export function orderProblems(compensation: unknown): string[] {
  if (compensation === undefined || compensation === 'sequential' || compensation === 'parallel') return [];
  return [`compensation is ${shown(compensation)}; it is 'sequential' or 'parallel'.`];
}

/** What is wrong with the group of a compensation, in words. */
export function groupProblems(group: unknown): string[] {
  if (group === undefined || (typeof group === 'string' && group.trim() !== '')) return [];
  return [`group is ${shown(group)}; it is the name that its neighbours share.`];
}

/** What speaks against a step as the point of no return (law C5), in words. */
export function pivotProblems({ compensations }: SagaOutline, { member, options }: StepRecord): string[] {
  const pivot: unknown = options.pivot;
  if (pivot === undefined || pivot === false) return [];
  if (pivot !== true) return [`pivot is ${shown(pivot)}; it is true or false.`];
  const undo = [...compensations.values()].find(({ step }) => step === member);
  const problems = undo ? [`it is a pivot and cannot be taken back, but ${undo.member} does.`] : [];
  if (options.onUnknown === 'throw')
    problems.push("it is a pivot and cannot have onUnknown: 'throw': a person is asked.");
  return problems;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}

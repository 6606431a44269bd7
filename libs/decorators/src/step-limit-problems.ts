import { isCount, sharedLimitProblems, type LimitOptions } from 'reprise/core';

/** What is wrong with the limit of a step, in words (law S10). */
export function stepLimitProblems(limit: LimitOptions | undefined): string[] {
  if (limit === undefined) return [];
  if (typeof limit !== 'object' || limit === null) return ['limit is not an object of limits.'];
  const problems = sharedLimitProblems(limit);
  const { perProcess, key, scope, priority } = limit;
  if (perProcess !== undefined && !isCount(perProcess)) {
    problems.push(`limit.perProcess is ${String(perProcess)}; it is a whole number from 1.`);
  }
  if (key !== undefined && typeof key !== 'function') problems.push('limit.key is not a function of the input.');
  if (priority !== undefined && typeof priority !== 'function') {
    problems.push('limit.priority is not a function of the input.');
  }
  if (scope !== undefined && scope !== 'key' && scope !== 'step') {
    problems.push(`limit.scope is ${String(scope)}; it is key or step.`);
  }
  if (scope === 'key' && key === undefined) problems.push('limit.scope is key, but there is no limit.key.');
  if (Object.values(limit).every((part) => part === undefined)) problems.push('limit is empty.');
  return problems;
}

import { isShared, type DeclaredLimit, type SagaDefinition } from 'reprise/core';

/** The shared limits that code declares, by kind of step; of several versions of a saga the newest decides. */
export function declaredLimits(definitions: readonly SagaDefinition[]): DeclaredLimit[] {
  const declared = new Map<string, DeclaredLimit>();
  const oldestFirst = [...definitions].sort((a, b) => a.version - b.version);
  for (const { name: saga, steps } of oldestFirst) {
    for (const { name: step, policy } of steps.values()) {
      const shared = policy.limit?.shared ?? {};
      if (isShared(shared)) declared.set(`${step}@${saga}`, { saga, step, limit: shared });
      else declared.delete(`${step}@${saga}`);
    }
  }
  return [...declared.values()];
}

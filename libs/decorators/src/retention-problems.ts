import { retentionPolicies, SagaError, type Retention } from 'reprise/core';

/** What is wrong with a retention, in words; an empty list is good. @param where it stands */
export function retentionProblems(where: string, retention: Retention | undefined): string[] {
  if (retention === undefined) return [];
  try {
    retentionPolicies('', retention);
    return [];
  } catch (error) {
    return [`${where}: ${error instanceof SagaError ? error.message : String(error)}`];
  }
}

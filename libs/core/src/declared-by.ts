import type { DeclaredError } from './recorded-error.js';
import type { SagaDefinition } from './saga-definition.js';

/** The errors that the steps of a saga declare, by name. */
export function declaredBy({ steps }: Pick<SagaDefinition, 'steps'>): Map<string, DeclaredError> {
  return new Map([...steps.values()].flatMap(({ declared }) => [...declared]));
}

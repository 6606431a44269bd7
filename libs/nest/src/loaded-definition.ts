import type { SagaDefinition } from 'reprise/core';
import { registeredSagas, sagaDefinition } from 'reprise/decorators';

/** The code of a saga, if its class is loaded here, whether or not this process runs it. */
export function loadedDefinition(saga: string, version: number): SagaDefinition | undefined {
  for (const sagaClass of registeredSagas()) {
    const definition = definitionOf(sagaClass);
    if (definition?.name === saga && definition.version === version) return definition;
  }
  return undefined;
}

/** A class with mistakes, which nobody uses here, hinders no question about another. */
function definitionOf(sagaClass: Parameters<typeof sagaDefinition>[0]): SagaDefinition | undefined {
  try {
    return sagaDefinition(sagaClass);
  } catch {
    return undefined;
  }
}

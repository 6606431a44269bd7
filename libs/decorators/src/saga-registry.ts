import type { SagaClass } from './saga-class.js';

const REGISTRY = Symbol.for('reprise:saga-registry');

/**
 * Every saga class that this process has loaded. It is one per process, also when a CommonJS and an ESM copy of this package
 * are both loaded, so that a client can be had for a class wherever it is declared.
 */
function registry(): Set<SagaClass> {
  const holder = globalThis as { [REGISTRY]?: Set<SagaClass> };
  return (holder[REGISTRY] ??= new Set());
}

export function registerSaga(sagaClass: SagaClass): void {
  registry().add(sagaClass);
}

/** The classes that were decorated with `@Saga` so far, in order. */
export function registeredSagas(): readonly SagaClass[] {
  return [...registry()];
}

import { SagaError, type SagaCalls, type SagaDefinition, type SagaProgram } from 'reprise/core';
import { poison } from './poison.js';
import type { SagaClass } from './saga-class.js';
import { sagaContext } from './saga-context.js';
import type { SagaOutline } from './saga-outline.js';

type Members = Record<string, (...args: readonly unknown[]) => unknown>;

/**
 * The object that runs `run()` (law D6): apart from the provider, fresh for each instance, its fields as the class initialises
 * them, its steps asking the engine, its injected services refusing.
 */
export function openDirector(
  outline: SagaOutline,
  calls: SagaCalls,
  definitionOf: (saga: SagaClass) => SagaDefinition,
): SagaProgram {
  const context = sagaContext(calls, outline.record.calls ?? [], definitionOf);
  const instance = construct(outline, (error) => calls.violate(error)) as Members;
  for (const step of outline.steps.keys()) put(instance, step, (...args: readonly unknown[]) => calls.step(step, args));
  for (const compensation of outline.compensations.keys()) {
    put(instance, compensation, () => {
      const error = compensationCalled(outline, compensation);
      calls.violate(error);
      throw error;
    });
  }
  const originals = outline.sagaClass.prototype as Members;
  return {
    run: async (input) => instance['run']!(input, context),
    signal: (name, args) => {
      const { member } = known(outline.signals.get(name), 'UNKNOWN_SIGNAL', outline, 'signal', name);
      refusePromise(instance[member]!(...args), outline, `signal ${name}`);
    },
    query: (name, args) => {
      const { member } = known(outline.queries.get(name), 'UNKNOWN_QUERY', outline, 'query', name);
      return refusePromise(instance[member]!(...args), outline, `query ${name}`);
    },
    update: async (name, args) => {
      const { member } = known(outline.updates.get(name), 'UNKNOWN_UPDATE', outline, 'update', name);
      return instance[member]!(...args);
    },
    validateUpdate: (name, args) => {
      const update = known(outline.updates.get(name), 'UNKNOWN_UPDATE', outline, 'update', name);
      const validator = outline.validators.get(update.member);
      if (validator) refusePromise(instance[validator.member]!(...args), outline, `validator of update ${name}`);
    },
    mapUndo: (compensation, result, args) =>
      refusePromise(originals[compensation]!.call(instance, result, ...args), outline, `mapping ${compensation}`),
  };
}

/** A fresh object of the class, with poison for everything that would be injected. */
export function construct(outline: SagaOutline, report: (error: SagaError) => void): object {
  const { sagaClass, record } = outline;
  const services = outline.parameters.map((dependency) => poison(record.name, dependency, report));
  const instance = Reflect.construct(sagaClass, services) as object;
  for (const { key, dependency } of outline.properties) {
    put(instance, key, poison(record.name, dependency, report));
  }
  return instance;
}

/** Not enumerable: `{ ...this }` in a query shows the fields of the saga, not the engine's. */
function put(instance: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(instance, key, { value, enumerable: false, configurable: true, writable: false });
}

function known<T>(
  found: T | undefined,
  code: 'UNKNOWN_SIGNAL' | 'UNKNOWN_QUERY' | 'UNKNOWN_UPDATE',
  outline: SagaOutline,
  kind: 'signal' | 'query' | 'update',
  name: string,
): T {
  if (found !== undefined) return found;
  const all = { signal: outline.signals, query: outline.queries, update: outline.updates };
  const names = [...all[kind].keys()];
  throw new SagaError(
    code,
    `Saga "${outline.record.name}" has no ${kind} "${name}".`,
    names.length > 0 ? `It has ${names.join(', ')}.` : `It has none.`,
  );
}

function refusePromise(value: unknown, outline: SagaOutline, what: string): unknown {
  if (typeof (value as PromiseLike<unknown> | undefined)?.then !== 'function') return value;
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new SagaError(
    'INVALID_CONFIGURATION',
    `The ${what} of saga "${outline.record.name}" returned a promise.`,
    'Make the method synchronous: run() may wait, a signal, a query and a mapping may not.',
  );
}

function compensationCalled(outline: SagaOutline, compensation: string): SagaError {
  return new SagaError(
    'COMPENSATION_CALLED',
    `Saga "${outline.record.name}" called its compensation ${compensation}() itself.`,
    'Throw an error: the engine then takes back what was done, once, and newest first.',
  );
}

import { SagaError } from 'reprise/core';
import type { Dependency } from './saga-metadata.js';

/**
 * What people and tools ask of any value that they are shown (`await`, JSON, console, jest). Answered as by an empty object,
 * so that looking at an instance is no offence.
 */
const PROBES: ReadonlySet<string | symbol> = new Set([
  'then',
  'toJSON',
  'constructor',
  'inspect',
  'prototype',
  'asymmetricMatch',
  'nodeType',
  'tagName',
  'hasAttribute',
  '$$typeof',
  '_isMockFunction',
  '__esModule',
]);
/** Symbols through which a value is used: to have the method is to be looked at, to call it is an offence. */
const USES: ReadonlySet<string | symbol> = new Set([
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.toPrimitive,
  Symbol.hasInstance,
]);

/**
 * Stands for an injected service on the instance that runs `run()` (law D6): a touch throws, and `report` hears of it even if the
 * saga's code catches what was thrown. It may be carried about and looked at.
 */
export function poison(saga: string, dependency: Dependency, report: (error: SagaError) => void): unknown {
  const refuse = (member?: string | symbol): never => {
    const error = injectedServiceTouched(saga, dependency.name, member);
    report(error);
    throw error;
  };
  // Where the types do not promise an object the dependency may be a function, and a call of it has to be noticed.
  return new Proxy<object>(dependency.isObject ? {} : placeholder(dependency.name), {
    get: (target, member) => {
      if (USES.has(member)) return () => refuse();
      return isProbe(member) ? Reflect.get(target, member) : refuse(member);
    },
    has: (target, member) => (isProbe(member) ? Reflect.has(target, member) : refuse(member)),
    set: (_target, member) => refuse(member),
    deleteProperty: (_target, member) => refuse(member),
    defineProperty: (_target, member) => refuse(member),
    setPrototypeOf: () => refuse(),
    apply: () => refuse(),
    construct: () => refuse(),
  });
}

function isProbe(member: string | symbol): boolean {
  return typeof member === 'symbol' || PROBES.has(member) || member.startsWith('@@__IMMUTABLE_');
}

function placeholder(name: string): object {
  return Object.defineProperty(function () {}, 'name', { value: `injected ${name}` });
}

function injectedServiceTouched(saga: string, service: string, member: string | symbol | undefined): SagaError {
  const touched = typeof member === 'string' ? `${service}.${member}` : service;
  return new SagaError(
    'INJECTED_SERVICE_TOUCHED',
    `Saga "${saga}" touched the injected ${touched} in run(), a signal or a query.`,
    'Wrap it in a @Step().',
  );
}

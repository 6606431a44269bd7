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
  // Where the types do not promise an object the dependency may be a function, and a call of it has to be noticed.
  const target = dependency.isObject ? {} : placeholder(dependency.name);
  return new Proxy<object>(target, new Refusing(saga, dependency.name, report));
}

class Refusing implements ProxyHandler<object> {
  constructor(
    private readonly saga: string,
    private readonly service: string,
    private readonly report: (error: SagaError) => void,
  ) {}

  get(target: object, member: string | symbol): unknown {
    if (USES.has(member)) return () => this.refuse();
    return isProbe(member) ? Reflect.get(target, member) : this.refuse(member);
  }
  has(target: object, member: string | symbol): boolean {
    return isProbe(member) ? Reflect.has(target, member) : this.refuse(member);
  }
  set(_target: object, member: string | symbol): boolean {
    return this.refuse(member);
  }
  deleteProperty(_target: object, member: string | symbol): boolean {
    return this.refuse(member);
  }
  defineProperty(_target: object, member: string | symbol): boolean {
    return this.refuse(member);
  }
  setPrototypeOf(): boolean {
    return this.refuse();
  }
  apply(): unknown {
    return this.refuse();
  }
  construct(): object {
    return this.refuse();
  }

  private refuse(member?: string | symbol): never {
    const error = injectedServiceTouched(this.saga, this.service, member);
    this.report(error);
    throw error;
  }
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

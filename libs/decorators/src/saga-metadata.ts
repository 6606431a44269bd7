import 'reflect-metadata';
import type { StartingEvent } from 'reprise/core';
import type { SagaClass } from './saga-class.js';
import type { MemberRecord, SagaRecord, ScheduleRecord } from './saga-record.js';

// The one file that knows `Reflect`'s metadata. Keys are `Symbol.for`, so that a CommonJS and an ESM copy of this package agree.
const SAGA = Symbol.for('reprise:saga');
const MEMBERS = Symbol.for('reprise:members');
const SCHEDULES = Symbol.for('reprise:schedules');
const STARTING_EVENTS = Symbol.for('reprise:starting-events');

export function writeSaga(sagaClass: SagaClass, record: SagaRecord): void {
  Reflect.defineMetadata(SAGA, record, sagaClass);
}

/** What `@Saga` wrote on this very class; a subclass is a saga only if it says so itself. */
export function sagaRecordOf(sagaClass: unknown): SagaRecord | undefined {
  return typeof sagaClass === 'function'
    ? (Reflect.getOwnMetadata(SAGA, sagaClass) as SagaRecord | undefined)
    : undefined;
}

/** Decorators of a class are called from the lowest up. */
export function writeSchedule(sagaClass: SagaClass, record: ScheduleRecord): void {
  Reflect.defineMetadata(SCHEDULES, [record, ...schedulesOf(sagaClass)], sagaClass);
}

/** The schedules on this very class, the uppermost first: a subclass is another saga, with schedules of its own. */
export function schedulesOf(sagaClass: SagaClass): ScheduleRecord[] {
  return (Reflect.getOwnMetadata(SCHEDULES, sagaClass) as ScheduleRecord[] | undefined) ?? [];
}

export function writeStartingEvent(sagaClass: SagaClass, starting: StartingEvent): void {
  Reflect.defineMetadata(STARTING_EVENTS, [starting, ...startingEventsOf(sagaClass)], sagaClass);
}

/** The events that start this very class, the uppermost first. */
export function startingEventsOf(sagaClass: SagaClass): StartingEvent[] {
  return (Reflect.getOwnMetadata(STARTING_EVENTS, sagaClass) as StartingEvent[] | undefined) ?? [];
}

export function writeMember(prototype: object, record: MemberRecord): void {
  const own = (Reflect.getOwnMetadata(MEMBERS, prototype) as MemberRecord[] | undefined) ?? [];
  Reflect.defineMetadata(MEMBERS, [...own, record], prototype);
}

/** The members of a class and of the classes that it extends, base first. What a subclass says of a member replaces what its base said. */
export function membersOf(sagaClass: SagaClass): MemberRecord[] {
  const merged = new Map<string, MemberRecord[]>();
  for (const prototype of prototypesOf(sagaClass)) {
    const own = (Reflect.getOwnMetadata(MEMBERS, prototype) as MemberRecord[] | undefined) ?? [];
    for (const member of new Set(own.map((record) => record.member))) {
      merged.set(
        member,
        own.filter((record) => record.member === member),
      );
    }
  }
  return [...merged.values()].flat();
}

/** Members that several classes declare which a class extends, and the class itself does not, each with the names of those classes. */
export function ambiguousMembers(sagaClass: SagaClass): Map<string, string[]> {
  const declared = new Map<string, string[]>();
  for (const prototype of prototypesOf(sagaClass)) {
    const own = (Reflect.getOwnMetadata(MEMBERS, prototype) as MemberRecord[] | undefined) ?? [];
    const name = (prototype.constructor as { readonly name: string }).name || 'a class without a name';
    for (const member of new Set(own.map((record) => record.member))) {
      const by = prototype === sagaClass.prototype ? [] : [...(declared.get(member) ?? []), name];
      declared.set(member, by);
    }
  }
  return new Map([...declared].filter(([, by]) => by.length > 1));
}

function prototypesOf(sagaClass: SagaClass): object[] {
  const chain: object[] = [];
  let prototype = sagaClass.prototype as object | null;
  while (prototype !== null && prototype !== Object.prototype) {
    chain.unshift(prototype);
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return chain;
}

/** Something that the container injects into a saga. */
export interface Dependency {
  /** The name of its class or token, for people. */
  readonly name: string;
  /** True when it is an instance of a class, as far as the types tell. */
  readonly isObject: boolean;
}

/** What the constructor takes, by position. */
export function constructorDependencies(sagaClass: SagaClass): Dependency[] {
  const types = (Reflect.getMetadata('design:paramtypes', sagaClass) as unknown[] | undefined) ?? [];
  const tokens =
    (Reflect.getMetadata('self:paramtypes', sagaClass) as { index: number; param: unknown }[] | undefined) ?? [];
  const count = Math.max(types.length, sagaClass.length, ...tokens.map(({ index }) => index + 1));
  return Array.from({ length: count }, (_, index) =>
    dependency(types[index], tokens.find((token) => token.index === index)?.param, `constructor argument ${index + 1}`),
  );
}

export interface PropertyDependency {
  readonly key: string | symbol;
  readonly dependency: Dependency;
}

/** What is injected into properties (`@Inject()` on a field). */
export function propertyDependencies(sagaClass: SagaClass): PropertyDependency[] {
  const properties =
    (Reflect.getMetadata('self:properties_metadata', sagaClass) as
      { key: string | symbol; type: unknown }[] | undefined) ?? [];
  return properties.map(({ key, type }) => ({
    key,
    dependency: dependency(
      Reflect.getMetadata('design:type', sagaClass.prototype as object, key),
      type,
      `property ${String(key)}`,
    ),
  }));
}

const BUILT_IN: ReadonlySet<unknown> = new Set([Object, Function, String, Number, Boolean, Symbol, BigInt, Promise]);

function dependency(type: unknown, token: unknown, fallback: string): Dependency {
  const forward = (token as { forwardRef?: () => unknown } | undefined)?.forwardRef;
  const named = forward ? forward() : token;
  const isClass = typeof type === 'function' && !BUILT_IN.has(type);
  return { name: nameOf(named) ?? (isClass ? type.name : fallback), isObject: isClass };
}

function nameOf(token: unknown): string | undefined {
  if (typeof token === 'function') return token.name || undefined;
  if (typeof token === 'symbol') return token.description;
  return typeof token === 'string' ? token : undefined;
}

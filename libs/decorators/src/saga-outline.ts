import { SagaError } from 'reprise/core';
import type { SagaClass } from './saga-class.js';
import {
  constructorDependencies,
  membersOf,
  propertyDependencies,
  sagaRecordOf,
  type Dependency,
  type PropertyDependency,
} from './saga-metadata.js';
import type {
  CompensationRecord,
  MessageRecord,
  SagaRecord,
  StepRecord,
  ValidatorRecord,
  VerifierRecord,
} from './saga-record.js';

/** What the decorators say of one class, sorted by role. Where a class is wrong the last record wins; `sagaProblems` reports it. */
export interface SagaOutline {
  readonly sagaClass: SagaClass;
  readonly record: SagaRecord;
  /** By method or property name. */
  readonly steps: ReadonlyMap<string, StepRecord>;
  /** By method name. */
  readonly compensations: ReadonlyMap<string, CompensationRecord>;
  /** By method name. */
  readonly verifiers: ReadonlyMap<string, VerifierRecord>;
  /** By the name they are called by. */
  readonly signals: ReadonlyMap<string, MessageRecord>;
  /** By the name they are called by. */
  readonly queries: ReadonlyMap<string, MessageRecord>;
  /** By the name they are called by. */
  readonly updates: ReadonlyMap<string, MessageRecord>;
  /** By the method of their update. */
  readonly validators: ReadonlyMap<string, ValidatorRecord>;
  /** What the constructor takes, by position. */
  readonly parameters: readonly Dependency[];
  /** What is injected into properties. */
  readonly properties: readonly PropertyDependency[];
}

const outlines = new WeakMap<SagaClass, SagaOutline>();

/** @throws SagaError `INVALID_CONFIGURATION` for a class without `@Saga`. */
export function sagaOutline(sagaClass: SagaClass): SagaOutline {
  const known = outlines.get(sagaClass);
  if (known) return known;
  const record = sagaRecordOf(sagaClass);
  if (!record) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `${className(sagaClass)} is not a saga.`,
      "Decorate it with @Saga({ name: '…' }).",
    );
  }
  const outline = sortMembers(sagaClass, record);
  outlines.set(sagaClass, outline);
  return outline;
}

export function className(sagaClass: unknown): string {
  return typeof sagaClass === 'function' && sagaClass.name ? sagaClass.name : 'An anonymous class';
}

function sortMembers(sagaClass: SagaClass, record: SagaRecord): SagaOutline {
  const steps = new Map<string, StepRecord>();
  const compensations = new Map<string, CompensationRecord>();
  const signals = new Map<string, MessageRecord>();
  const queries = new Map<string, MessageRecord>();
  const updates = new Map<string, MessageRecord>();
  const verifiers = new Map<string, VerifierRecord>();
  const validators = new Map<string, ValidatorRecord>();
  for (const member of membersOf(sagaClass)) {
    switch (member.role) {
      case 'step':
        steps.set(member.member, member);
        break;
      case 'compensation':
        compensations.set(member.member, member);
        break;
      case 'verifier':
        verifiers.set(member.member, member);
        break;
      case 'signal':
        signals.set(member.name, member);
        break;
      case 'query':
        queries.set(member.name, member);
        break;
      case 'update':
        updates.set(member.name, member);
        break;
      case 'validator':
        validators.set(member.update, member);
    }
  }
  const parameters = constructorDependencies(sagaClass);
  const properties = propertyDependencies(sagaClass);
  return {
    sagaClass,
    record,
    steps,
    compensations,
    verifiers,
    signals,
    queries,
    updates,
    validators,
    parameters,
    properties,
  };
}

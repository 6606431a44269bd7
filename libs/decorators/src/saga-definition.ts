import type { StandardSchemaV1 } from '@standard-schema/spec';
import { declaredErrorClass, declaredErrors, validateWith } from 'reprise/contracts';
import { SagaError, stepPolicy, type DeclaredError, type SagaDefinition, type StepDefinition } from 'reprise/core';
import { openDirector } from './director.js';
import type { SagaClass } from './saga-class.js';
import { startingEventsOf } from './saga-metadata.js';
import { sagaSchedules } from './saga-schedules.js';
import { sagaOutline, type SagaOutline } from './saga-outline.js';
import { verificationOf } from './verification.js';
import type { CompensationRecord, StepRecord } from './saga-record.js';

const definitions = new WeakMap<SagaClass, SagaDefinition>();

/**
 * What the engine needs to know of a saga class; the same object every time.
 * @throws SagaError `INVALID_CONFIGURATION` for a class without `@Saga`, `INVALID_DURATION` for a policy that makes no sense;
 *   `sagaProblems` finds all of it at once.
 */
export function sagaDefinition(sagaClass: SagaClass): SagaDefinition {
  let definition = definitions.get(sagaClass);
  if (!definition) definitions.set(sagaClass, (definition = define(sagaOutline(sagaClass))));
  return definition;
}

function define(outline: SagaOutline): SagaDefinition {
  const undos = new Map([...outline.compensations.values()].map(({ step, member }) => [step, member]));
  const verifiers = new Map([...outline.verifiers.values()].map(({ step, member }) => [step, member]));
  const steps = new Map<string, StepDefinition>();
  for (const record of outline.steps.values())
    steps.set(record.member, forwardStep(record, undos.get(record.member), verifiers.get(record.member)));
  for (const record of outline.compensations.values()) steps.set(record.member, compensation(record));
  for (const record of outline.verifiers.values()) steps.set(record.member, verificationOf(outline, record));
  const { name, version, input, retention, compensation: order } = outline.record;
  const starting = startingEventsOf(outline.sagaClass);
  return {
    name,
    version,
    steps,
    signals: new Set(outline.signals.keys()),
    queries: new Set(outline.queries.keys()),
    ...(retention === undefined ? {} : { retention }),
    ...(order === undefined ? {} : { compensation: order }),
    schedules: sagaSchedules(outline.sagaClass),
    ...(starting.length > 0 ? { startsOn: starting } : {}),
    updates: new Set(outline.updates.keys()),
    validate: (value) => validate(name, input, value),
    open: (calls) => openDirector(outline, calls, sagaDefinition),
  };
}

function forwardStep(record: StepRecord, undo: string | undefined, verification?: string): StepDefinition {
  return {
    name: record.member,
    policy: stepPolicy(record.options),
    declared: record.command ? declaredErrors(record.command) : localErrors(record),
    ...(record.command ? { command: record.command.address } : {}),
    ...(undo === undefined ? {} : { undo }),
    ...(verification === undefined ? {} : { verification }),
  };
}

function compensation(record: CompensationRecord): StepDefinition {
  return {
    name: record.member,
    policy: stepPolicy(record.options, 'compensation'),
    declared: record.command ? declaredErrors(record.command) : new Map<string, DeclaredError>(),
    ...(record.command ? { command: record.command.address } : {}),
    ...(record.options.group === undefined ? {} : { group: record.options.group }),
  };
}

function localErrors(record: StepRecord): ReadonlyMap<string, DeclaredError> {
  return new Map((record.options.errors ?? []).map((type) => [type.name, declaredErrorClass(type)]));
}

async function validate(saga: string, schema: StandardSchemaV1 | undefined, input: unknown): Promise<unknown> {
  if (!schema) return input;
  const checked = await validateWith(schema, input);
  if (checked.valid) return checked.value;
  throw new SagaError(
    'INVALID_INPUT',
    `The input of saga "${saga}" is not valid: ${checked.issues}.`,
    'Nothing was started; correct the input and start again.',
  );
}

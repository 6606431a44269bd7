import type { StandardSchemaV1 } from '@standard-schema/spec';
import { cueOperation, SagaError } from 'reprise/core';
import { createCommand, type Command } from './command.js';
import { isSchema } from './validate-with.js';

const EVENT = Symbol.for('reprise:event');

/** Something that happened, which whoever wants to may react to: `typeof OrderPlaced`. Published, it is a cue. */
export interface CueEvent<Schema extends StandardSchemaV1 = StandardSchemaV1, Name extends string = string> {
  /** For instance `order.placed`: in the past tense, since it has happened. */
  readonly name: Name;
  readonly schema: Schema;
}

/** What whoever publishes an event passes, and what sagas that start on it or wait for it get. */
export type EventPayload<E extends CueEvent> = StandardSchemaV1.InferInput<E['schema']>;
/** What an `@On` handler receives: the payload after the schema's defaults and transformations. */
export type HandledEvent<E extends CueEvent> = StandardSchemaV1.InferOutput<E['schema']>;

const NAME = /^[A-Za-z][\w-]*(\.[A-Za-z][\w-]*)*$/;
const LONGEST_NAME = 100;

/**
 * An event that services and sagas tell each other: shared by all sides, as a contract is. Who reacts to it is none of the publisher's
 * business.
 *
 * @param name words with dots between them, for instance `order.placed`; at most 100 characters
 * @param schema of any library that follows Standard Schema. It has to check synchronously, since a saga emits synchronously
 * @throws SagaError `INVALID_CONFIGURATION`
 * @example export const OrderPlaced = event('order.placed', z.object({ orderId: z.string(), total: z.number() }));
 */
export function event<const Name extends string, Schema extends StandardSchemaV1>(
  name: Name,
  schema: Schema,
): CueEvent<Schema, Name> {
  if (typeof name !== 'string' || !NAME.test(name) || name.length > LONGEST_NAME) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `${JSON.stringify(name)} cannot name an event.`,
      'Use words of letters, digits, "_" and "-" with dots between them, as in "order.placed".',
    );
  }
  if (!isSchema(schema)) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `What event "${name}" carries is not a Standard Schema.`,
      'Use a schema of zod, valibot, arktype or another such library.',
    );
  }
  return Object.freeze(Object.defineProperty({ name, schema }, EVENT, { value: 1 }));
}

/** True for an event made by `event()`, also when this library is loaded twice. */
export function isCueEvent(value: unknown): value is CueEvent {
  return typeof value === 'object' && value !== null && EVENT in value;
}

/** An event as a service is told it: a command without an answer, which is acknowledged. */
export function cueCommand(service: string, { name, schema }: CueEvent): Command {
  return createCommand(service, cueOperation(name), { input: schema }, new Map());
}

/** What an `@On` method handles, whatever the name of the service that it is a part of. */
export function heardEvent({ name, schema }: CueEvent): Command {
  return createCommand('on', name, { input: schema }, new Map());
}

/** What an `@On` method listens to until it is known which service it is a part of. */
export const HEARD = 'on:';

/**
 * Checks a payload before it is published; it travels as it was given, defaults and transformations are the receiver's side.
 * @throws SagaError `INVALID_EVENT`
 */
export function demandEvent(event: CueEvent, payload: unknown): void {
  const result = event.schema['~standard'].validate(payload);
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new SagaError(
      'INVALID_EVENT',
      `The schema of event "${event.name}" checks asynchronously.`,
      'Use a schema without asynchronous checks: an event is published synchronously.',
    );
  }
  if (!result.issues) return;
  const issues = result.issues.slice(0, 3).map(({ message, path = [] }) => {
    const at = path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return at ? `${at}: ${message}` : message;
  });
  throw new SagaError(
    'INVALID_EVENT',
    `The payload is not what event "${event.name}" carries: ${issues.join('; ')}.`,
    'Nothing was published; correct what is passed.',
  );
}

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { cueOperation, DELIVERY_INQUIRY, INQUIRY_LIMIT, type RequestTrace } from 'reprise/core';
import { createCommand, type Command, type OperationDefinition } from './command.js';

/** What a participant is asked: what it knows of the requests with these keys. */
export interface DeliveryInquiry {
  readonly keys: readonly string[];
}

const STATES: ReadonlySet<unknown> = new Set<RequestTrace['state']>([
  'handling',
  'answered',
  'undone',
  'absent',
  'unknown',
]);

const definition: OperationDefinition = {
  input: schemaOf(isInquiry, `an inquiry for 1 to ${INQUIRY_LIMIT} keys`),
  output: schemaOf(isTraces, 'traces of requests'),
};

/** The inquiry as a service gets it: as an event that it answers. */
export function inquiryCommand(service: string): Command {
  return createCommand(service, cueOperation(DELIVERY_INQUIRY), definition, new Map());
}

/** What answers it, whatever the name of the service that it is a part of. */
export const heardInquiry: Command = createCommand('on', DELIVERY_INQUIRY, definition, new Map());

function isInquiry(value: unknown): value is DeliveryInquiry {
  const { keys } = (value ?? {}) as { keys?: unknown };
  return (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.length <= INQUIRY_LIMIT &&
    keys.every((key) => typeof key === 'string' && key.length <= 300)
  );
}

function isTraces(value: unknown): value is readonly RequestTrace[] {
  return Array.isArray(value) && value.every(isTrace);
}

function isTrace(value: unknown): value is RequestTrace {
  if (typeof value !== 'object' || value === null) return false;
  const { key, state, received, handled, answered } = value as Partial<Record<keyof RequestTrace, unknown>>;
  const times = [received, handled, answered];
  return (
    typeof key === 'string' &&
    STATES.has(state) &&
    times.every((time) => time === undefined || (typeof time === 'number' && Number.isFinite(time)))
  );
}

function schemaOf<T>(accepts: (value: unknown) => value is T, what: string): StandardSchemaV1<T, T> {
  return {
    '~standard': {
      version: 1,
      vendor: 'reprise',
      validate: (value) => (accepts(value) ? { value } : { issues: [{ message: `this is not ${what}` }] }),
    },
  };
}

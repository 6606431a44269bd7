import {
  decodePayload,
  recordError,
  SagaError,
  type InstanceKey,
  type PermitRequest,
  type StepCall,
  type StepDefinition,
} from 'reprise/core';
import { uuidV7 } from './uuid-v7.js';

/** The longest key of a limit, in characters. */
const LONGEST_KEY = 200;

/**
 * The request for one attempt of a step.
 * @throws SagaError `LIMIT_KEY_FAILED` when the limit's `key` or `priority` throws, or answers what is none
 */
export function permitRequest(
  saga: string,
  definition: StepDefinition,
  { call, input }: StepCall,
  instance: InstanceKey,
): PermitRequest {
  const { name: step, policy } = definition;
  const { key: keyOf, priority: priorityOf, scope } = policy.limit ?? {};
  let key: unknown = '';
  let priority: unknown = 0;
  try {
    const args = keyOf || priorityOf ? (input.map(decodePayload) as never[]) : [];
    if (keyOf) key = keyOf(...args);
    if (priorityOf) priority = priorityOf(...args);
  } catch (error) {
    throw failed(step, `threw: ${recordError(error).message}`);
  }
  if (typeof key !== 'string' || key.length > LONGEST_KEY || key.includes('\0')) {
    throw failed(step, `answered a key that is not a text of at most ${LONGEST_KEY} characters without NUL`);
  }
  if (typeof priority !== 'number' || !Number.isFinite(priority)) {
    throw failed(step, 'answered a priority that is not a finite number');
  }
  return { id: uuidV7(), saga, step, instance, call, key, pool: scope === 'key' ? key : '', priority };
}

function failed(step: string, what: string): SagaError {
  return new SagaError(
    'LIMIT_KEY_FAILED',
    `The limit of step "${step}" ${what}.`,
    'Mend limit.key or limit.priority of the step: they compute a text and a number from its input alone.',
  );
}

import { SagaError } from 'reprise/core';
import { sagaOutline, type SagaClass } from 'reprise/decorators';

const KINDS = {
  signal: { messages: 'signals', code: 'UNKNOWN_SIGNAL' },
  query: { messages: 'queries', code: 'UNKNOWN_QUERY' },
  update: { messages: 'updates', code: 'UNKNOWN_UPDATE' },
} as const;

/**
 * The name by which a message is sent. Methods are typed by their own names; outside they may be called otherwise.
 * @throws SagaError `UNKNOWN_SIGNAL`, `UNKNOWN_QUERY`, `UNKNOWN_UPDATE`
 */
export function messageName(sagaClass: SagaClass, kind: keyof typeof KINDS, name: string): string {
  const { messages, code } = KINDS[kind];
  const known = sagaOutline(sagaClass)[messages];
  const message = [...known.values()].find(({ member }) => member === name) ?? known.get(name);
  if (message) return message.name;
  throw new SagaError(
    code,
    `${sagaClass.name} has no ${kind} "${name}".`,
    `It has: ${[...known.values()].map(({ member }) => member).join(', ') || 'none'}.`,
  );
}

import type { DeliveryProblem } from './service-dialect.js';

/** A request that certainly gets no answer, whatever the driver said about it: some throw strings, and objects that are no errors. */
export class DeliveryFailure extends Error {
  constructor(
    readonly problem: DeliveryProblem,
    reason: unknown,
  ) {
    super(inWords(reason), { cause: reason });
  }
}

function inWords(reason: unknown): string {
  if (typeof reason === 'string') return reason.replace(/^Error: /, '');
  const { message, code, err } = (reason ?? {}) as { message?: unknown; code?: unknown; err?: { message?: unknown } };
  // Node leaves the message of several refused addresses empty; RabbitMQ's connection manager wraps what it got.
  for (const text of [message, err?.message, code]) if (typeof text === 'string' && text) return text;
  return 'the connection was lost';
}

import { HEARD } from 'reprise/contracts';
import { cueOperation, SagaError } from 'reprise/core';
import type { ParticipantServer } from './servers/server-recipe.js';

/** Lets the `@On` methods hear what is sent to this service: each service that hears an event has a pattern of its own for it. */
export function hearEvents(service: string, server: ParticipantServer): void {
  const addHandler = server.addHandler.bind(server);
  const heard = new Set<string>();
  server.addHandler = (pattern, ...rest) => {
    if (typeof pattern !== 'string' || !pattern.startsWith(HEARD)) return addHandler(pattern, ...rest);
    const event = pattern.slice(HEARD.length);
    if (heard.has(event)) throw heardTwice(service, event);
    heard.add(event);
    addHandler(`${service}.${cueOperation(event)}`, ...rest);
  };
}

/** Nest would silently let the last one win. */
function heardTwice(service: string, event: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `Service "${service}" has two @On methods for event "${event}".`,
    'Let one method do both, so that it is plain when the event has been handled.',
  );
}

import {
  declaredBy,
  decodePayload,
  reviveError,
  SagaCancelledError,
  SagaError,
  SagaFailedError,
  type DeclaredError,
  type HistoryEvent,
  type SagaDefinition,
} from 'reprise/core';

/** How an instance ended: its result, or the error to reject with. */
export type Outcome = { readonly result: unknown } | { readonly error: Error };

/** The outcome that the events of a closed instance tell of; undefined when none of them ended it. */
export function outcomeOf(
  id: string,
  events: readonly HistoryEvent[],
  definition: SagaDefinition | undefined,
): Outcome | undefined {
  for (const event of [...events].reverse()) {
    const outcome = endedBy(id, event, definition);
    if (outcome) return outcome;
  }
  return undefined;
}

function endedBy(id: string, event: HistoryEvent, definition: SagaDefinition | undefined): Outcome | undefined {
  const declared = (): Map<string, DeclaredError> => (definition ? declaredBy(definition) : new Map());
  switch (event.type) {
    case 'SagaCompleted':
      return { result: decodePayload(event.result) };
    case 'SagaFailed':
      return { error: new SagaFailedError(id, 'failed', event.error, declared()) };
    case 'SagaCompensated':
      return { error: new SagaFailedError(id, 'compensated', event.error, declared()) };
    case 'SagaCancelled': {
      const error = new SagaCancelledError(event.error.message);
      error.cause = reviveError(event.error);
      return { error };
    }
    case 'SagaTerminated':
      return { error: new SagaError('SAGA_TERMINATED', `Instance "${id}" was terminated: ${event.reason}`) };
    default:
      return undefined;
  }
}

import {
  reviveDeclared,
  reviveError,
  SagaCancelledError,
  SagaError,
  decodePayload,
  type DeclaredError,
  type HistoryEvent,
  type RecordedError,
  type SagaDefinition,
} from 'reprise/core';

/** What `handle.result()` rejects with when the saga failed; `compensated` tells whether anything had to be undone, and was. */
export class SagaFailedError extends SagaError {
  override readonly name = 'SagaFailedError';

  constructor(
    readonly instance: string,
    readonly compensated: boolean,
    error: RecordedError,
    declared: ReadonlyMap<string, DeclaredError>,
  ) {
    super(
      compensated ? 'SAGA_COMPENSATED' : 'SAGA_FAILED',
      `Saga instance "${instance}" failed${compensated ? ' and was undone' : ''}: ${error.message}`,
      '',
      { cause: reviveDeclared(error, declared) },
    );
  }
}

/** How an instance ended: its result, or the error to reject with. */
export type Outcome = { readonly result: unknown } | { readonly error: Error };

/** The outcome that the last turn of a closed instance tells of. */
export function outcomeOf(
  id: string,
  events: readonly HistoryEvent[],
  definition: SagaDefinition | undefined,
): Outcome | undefined {
  const last = events.at(-1);
  switch (last?.type) {
    case 'SagaCompleted':
      return { result: decodePayload(last.result) };
    case 'SagaFailed':
      return { error: new SagaFailedError(id, false, last.error, declaredBy(definition)) };
    case 'SagaCompensated':
      return { error: new SagaFailedError(id, true, last.error, declaredBy(definition)) };
    case 'SagaCancelled': {
      const error = new SagaCancelledError(last.error.message);
      error.cause = reviveError(last.error);
      return { error };
    }
    default:
      return undefined;
  }
}

function declaredBy(definition: SagaDefinition | undefined): Map<string, DeclaredError> {
  return new Map([...(definition?.steps.values() ?? [])].flatMap((step) => [...step.declared]));
}

import { SagaError, type Message, type PostOutcome } from 'reprise/core';
import { unknownInstance } from './result-watch.js';

/** @throws SagaError `UNKNOWN_INSTANCE` or `INSTANCE_CLOSED` for a message that was not accepted; it is on record as an orphan (law M1). */
export function expectAccepted(id: string, { kind }: Message, outcome: PostOutcome): void {
  if (outcome === 'unknown') throw unknownInstance(id);
  if (outcome === 'closed') {
    throw new SagaError(
      'INSTANCE_CLOSED',
      `Instance "${id}" has ended and takes no ${kind} any more.`,
      'It is on record as an orphan.',
    );
  }
}

/** The engine takes nothing yet, or nothing any more. */
export function notOpen(state: 'new' | 'closed'): SagaError {
  const what = state === 'new' ? 'The engine is not open yet.' : 'The engine is closed.';
  return new SagaError('SHUTTING_DOWN', what, 'Wait for the application to be up.');
}

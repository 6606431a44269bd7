import { ENGINE_RULES } from './event.js';
import { recordError } from './recorded-error.js';
import { SagaError } from './saga-error.js';

/** The sentences for code that does what a saga may not do. Each parks the instance; none loses anything. */

const WRAP = 'Wrap timers, I/O and other promises in a @Step(); run() may await only steps and the saga context.';

export function awaitsForeignPromise(saga: string): SagaError {
  return new SagaError(
    'AWAITS_FOREIGN_PROMISE',
    `Saga "${saga}" neither ended nor asked for anything: it awaits something that is not a call of the saga.`,
    WRAP,
  );
}

export function callOutsideTurn(saga: string, what: string): SagaError {
  return new SagaError(
    'CALL_OUTSIDE_TURN',
    `Saga "${saga}" asked for ${what} after awaiting something that is not a call of the saga.`,
    WRAP,
  );
}

export function callFromQuery(saga: string, what: string): SagaError {
  return new SagaError(
    'CALL_FROM_QUERY',
    `A query, a condition of until() or a mapping of saga "${saga}" asked for ${what}.`,
    'They may only read; make the call in run().',
  );
}

export function signalHandlerFailed(saga: string, signal: string, thrown: unknown): SagaError {
  return new SagaError(
    'SIGNAL_HANDLER_FAILED',
    `The handler of signal "${signal}" of saga "${saga}" threw: ${sentence(thrown)}`,
    'Mend the handler and deploy; the signal is kept.',
  );
}

export function undoMappingFailed(saga: string, compensation: string, thrown: unknown): SagaError {
  return new SagaError(
    'UNDO_MAPPING_FAILED',
    `${compensation}() of saga "${saga}" could not make the input of its command: ${sentence(thrown)}`,
    'Mend it and deploy; the instance goes on where it stands. It must also work when the result is undefined.',
  );
}

export function engineTooOld(engine: number): SagaError {
  return new SagaError(
    'ENGINE_TOO_OLD',
    `The history was begun under rules ${engine} of the engine, and this release knows rules up to ${ENGINE_RULES}.`,
    'Deploy the newer release of Reprise; the instance goes on then.',
  );
}

/** Whatever else went wrong while an event was applied. */
export function asViolation(thrown: unknown): SagaError {
  return thrown instanceof SagaError
    ? thrown
    : new SagaError('CORRUPT_HISTORY', `The history could not be applied: ${recordError(thrown).message}`);
}

/** What an error says, with a full stop. */
function sentence(thrown: unknown): string {
  const { message } = recordError(thrown);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

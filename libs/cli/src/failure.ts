import { SagaError, type SagaErrorCode } from 'reprise/core';
import { EXIT, type ExitCode } from './exit-code.js';
import { printable } from './printable.js';

/** A failure whose exit code does not follow from its error. */
export class CommandFailure extends Error {
  constructor(
    readonly exit: ExitCode,
    override readonly cause: SagaError,
  ) {
    super(cause.message, { cause });
  }
}

const EXITS: Partial<Record<SagaErrorCode, ExitCode>> = {
  BAD_USAGE: EXIT.usage,
  BAD_HISTORY_FILE: EXIT.usage,
  HISTORY_TOO_NEW: EXIT.usage,
  APP_NOT_LOADED: EXIT.usage,
  INVALID_CONFIGURATION: EXIT.usage,
  INVALID_DURATION: EXIT.usage,
  INVALID_FILTER: EXIT.usage,
  INVALID_TAG: EXIT.usage,
  INVALID_ID: EXIT.usage,
  STORE_UNAVAILABLE: EXIT.unreachable,
  SCHEMA_TOO_NEW: EXIT.unreachable,
};

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailure) return error.exit;
  if (error instanceof SagaError) return EXITS[error.code] ?? EXIT.refused;
  return EXIT.fault;
}

/** One line: what happened, what to do, and the code that `docs/errors.md` has a row for. With `verbose` the stack as well. */
export function failureText(error: unknown, verbose: boolean): string {
  const cause = error instanceof CommandFailure ? error.cause : error;
  const text =
    cause instanceof SagaError
      ? `${sentence(cause.what)} ${cause.advice}`.trimEnd() + ` (${cause.code})`
      : `${cause instanceof Error ? cause.message : String(cause)} (a fault of reprise; --verbose shows where)`;
  const stack = verbose && cause instanceof Error ? `\n${cause.stack ?? ''}${causes(cause)}` : '';
  return `reprise: ${printable(text.replace(/\s*\n\s*/g, ' '))}${stack}`;
}

export function badUsage(what: string, advice: string): SagaError {
  return new SagaError('BAD_USAGE', what, advice);
}

/** What PostgreSQL or Node said may end without a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function causes(error: Error): string {
  const { cause } = error;
  return cause instanceof Error ? `\ncaused by ${cause.stack ?? ''}${causes(cause)}` : '';
}

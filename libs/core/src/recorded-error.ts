import type { RecordedError } from './error-record.js';

/** An error that a step or a contract declares: it can be told from others, and thrown again as what it was. */
export interface DeclaredError {
  readonly name: string;
  /** The encoded data if `error` is one of these; undefined if it is not. */
  record(error: unknown): RecordedError | undefined;
  /** The error as an instance of its class again. */
  revive(recorded: RecordedError): Error;
}

const STACK_LIMIT = 2_000;
const MESSAGE_LIMIT = 4_000;
const CAUSE_DEPTH = 3;

/** Any thrown value as a record: a thrown string becomes an error of that message. Never throws. */
export function recordError(thrown: unknown, depth = CAUSE_DEPTH): RecordedError {
  try {
    if (typeof thrown === 'object' && thrown !== null) {
      const error = thrown as { name?: unknown; message?: unknown; code?: unknown; stack?: unknown; cause?: unknown };
      const isError = thrown instanceof Error || typeof error.message === 'string';
      return {
        name: typeof error.name === 'string' && error.name ? error.name : isError ? 'Error' : 'NonError',
        message: clip(isError ? String(error.message) : describe(thrown), MESSAGE_LIMIT),
        ...(typeof error.code === 'string' || typeof error.code === 'number' ? { code: String(error.code) } : {}),
        ...(typeof error.stack === 'string' ? { stack: clip(error.stack, STACK_LIMIT) } : {}),
        ...(error.cause !== undefined && depth > 0 ? { cause: recordError(error.cause, depth - 1) } : {}),
      };
    }
    return { name: 'NonError', message: clip(String(thrown), MESSAGE_LIMIT) };
  } catch {
    return { name: 'NonError', message: 'a value that cannot be described was thrown' };
  }
}

/** An error of nobody's class: same name, message, code and data. */
export function reviveError(recorded: RecordedError): Error {
  const error = new Error(
    recorded.message,
    recorded.cause === undefined ? undefined : { cause: reviveError(recorded.cause) },
  );
  error.name = recorded.name;
  if (recorded.code !== undefined) Object.assign(error, { code: recorded.code });
  if (recorded.stack !== undefined) error.stack = recorded.stack;
  return error;
}

/** Like `recordError`, but one of the declared errors keeps its data. Never throws. */
export function recordThrown(thrown: unknown, declared: Iterable<DeclaredError>): RecordedError {
  return recordDeclared(thrown, declared) ?? recordError(thrown);
}

/** The record of a declared error; undefined for any other, and for one whose data cannot be stored. */
export function recordDeclared(thrown: unknown, declared: Iterable<DeclaredError>): RecordedError | undefined {
  for (const candidate of declared) {
    try {
      const recorded = candidate.record(thrown);
      if (recorded) return recorded;
    } catch {
      // Its data cannot be stored: it counts as an error of the ordinary kind.
    }
  }
  return undefined;
}

/** Throws the declared class again where the name is known, a plain error of the same name otherwise. */
export function reviveDeclared(recorded: RecordedError, declared: ReadonlyMap<string, DeclaredError>): Error {
  try {
    return declared.get(recorded.name)?.revive(recorded) ?? reviveError(recorded);
  } catch {
    // Today's class cannot hold what was recorded of it: the name, the message and the code are still true.
    return reviveError(recorded);
  }
}

/** What heads and lists show of an error: no stack, no cause, no data. */
export function summariseError(recorded: RecordedError): RecordedError {
  const { name, message, code } = recorded;
  return code === undefined ? { name, message } : { name, message, code };
}

function describe(value: object): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

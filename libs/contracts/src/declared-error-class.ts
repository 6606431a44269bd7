import { decodePayload, encodePayload, recordError, reviveError, type DeclaredError } from 'reprise/core';

/** Any class of errors; its constructor is never called by the engine. */
export type ErrorClass = abstract new (...parameters: never[]) => Error;

/**
 * A class of the user's own as a declared error of a local step: recorded by value (message, code and the own enumerable
 * fields) and thrown again as an `instanceof` that class. The constructor does not run again.
 * An instance of a subclass is thrown again as an instance of `Class`.
 *
 * `record` throws SagaError `NOT_SERIALISABLE` when a field of the error holds what the history cannot store.
 */
export function declaredErrorClass(Class: ErrorClass): DeclaredError {
  const { name } = Class;
  return {
    name,
    record(error) {
      if (!(error instanceof Class)) return undefined;
      const { message, code, cause } = recordError(error);
      const { message: _message, stack: _stack, cause: _cause, ...fields } = { ...error } as Record<string, unknown>;
      const data = encodePayload(fields, `the error ${name}`);
      return {
        name,
        message,
        data,
        ...(code === undefined ? {} : { code }),
        ...(cause === undefined ? {} : { cause }),
      };
    },
    revive(recorded) {
      // A real error under its class's prototype, so that consoles and loggers print it as one.
      const error = new Error(
        recorded.message,
        recorded.cause === undefined ? undefined : { cause: reviveError(recorded.cause) },
      );
      Object.setPrototypeOf(error, Class.prototype as object);
      if (recorded.data !== undefined) Object.assign(error, decodePayload(recorded.data));
      return error;
    },
  };
}

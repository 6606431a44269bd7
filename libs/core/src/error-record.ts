import type { Json } from './json.js';

/** How an error is kept in the history: by value, so that replay can throw it again. */
export interface RecordedError {
  /** The error's class name, for instance `OutOfStock`. */
  readonly name: string;
  readonly message: string;
  /** A stable code for the program, where the error has one. */
  readonly code?: string;
  /** The encoded data of a declared error. */
  readonly data?: Json;
  /** Where it was thrown; kept for people, never compared and never sent to another service. */
  readonly stack?: string;
  readonly cause?: RecordedError;
}

import { SagaError } from 'reprise/core';
import { isTransient } from './is-transient.js';

/** An error of the store: `transient` tells whether the same call may succeed later. */
export class StoreError extends SagaError {
  constructor(
    code: 'STORE_UNAVAILABLE' | 'APPEND_REJECTED',
    readonly transient: boolean,
    what: string,
    advice: string,
    cause?: unknown,
  ) {
    super(code, what, advice, { cause });
  }
}

/** What PostgreSQL or its driver threw, as an error of ours; errors that are ours already stay. */
export function storeError(error: unknown, during: string): SagaError {
  if (error instanceof SagaError) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (isTransient(error)) {
    return new StoreError(
      'STORE_UNAVAILABLE',
      true,
      `PostgreSQL could not be reached or did not answer (${during}): ${said}`,
      'The call may be made again; look at the database if this goes on.',
      error,
    );
  }
  return new StoreError(
    'APPEND_REJECTED',
    false,
    `PostgreSQL refused the statement (${during}): ${said}`,
    'The same call would be refused again: look at the values, or at the rights of the database role.',
    error,
  );
}

/** True for an error of ours that PostgreSQL gave because a key is taken. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof StoreError && (error.cause as { readonly code?: unknown } | undefined)?.code === '23505';
}

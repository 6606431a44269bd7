import { SagaError } from './saga-error.js';

/** A history that no release of this code can have written. @param what the sentence goes on after "The history tells of" */
export function corrupt(what: string): SagaError {
  return new SagaError(
    'CORRUPT_HISTORY',
    `The history tells of ${what}.`,
    'It was changed by hand or written by another release; restore it, or deploy that release.',
  );
}

import { milliseconds, SagaError } from 'reprise/core';
import type { StartOptions } from './engine-options.js';

/** That a start begins later than it is made. Times in milliseconds. */
export interface StartDelay {
  readonly after: number;
  /** True when a later start of the id takes the place of this one. */
  readonly debounced: boolean;
  readonly longest?: number;
}

/**
 * The delay that the options of a start ask for; undefined for one that begins at once.
 * @throws SagaError `INVALID_DURATION`, `INVALID_CONFIGURATION`
 */
export function startDelay({ id, delay, debounce, maxWait, manager }: StartOptions): StartDelay | undefined {
  if (debounce === undefined) {
    if (maxWait !== undefined) throw refuse('maxWait without debounce', 'maxWait bounds a debounce: give that too');
    const after = delay === undefined ? 0 : milliseconds(delay);
    return after > 0 ? { after, debounced: false } : undefined;
  }
  if (delay !== undefined) throw refuse('delay and debounce', 'give one of them');
  if (id === undefined) throw refuse('debounce without an id', 'give the id that all these starts share');
  if (manager) throw refuse('debounce in a transaction', 'debounce after its commit, or give a delay');
  const after = milliseconds(debounce);
  const longest = maxWait === undefined ? {} : { longest: milliseconds(maxWait) };
  return after > 0 ? { after: Math.min(after, longest.longest ?? after), debounced: true, ...longest } : undefined;
}

/** Refuses a delay where somebody waits for what begins. */
export function refuseDelay({ delay, debounce }: StartOptions, what: string): void {
  if (delay !== undefined || debounce !== undefined)
    throw refuse(`delay or debounce of ${what}`, 'start it with the delay, and send that when it has begun');
}

function refuse(what: string, advice: string): SagaError {
  const [first, ...rest] = advice;
  return new SagaError(
    'INVALID_CONFIGURATION',
    `A start cannot have ${what}; nothing was started.`,
    `${first!.toUpperCase()}${rest.join('')}.`,
  );
}

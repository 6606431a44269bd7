import type { Duration } from 'reprise/core';

export interface Operator {
  /** Who does it; it is in the history. */
  readonly by: string;
  /** Why; it is in the history. Neither is encrypted. */
  readonly reason: string;
  /** How long to wait for a worker to do it. Default 30 s. */
  readonly timeout?: Duration;
}

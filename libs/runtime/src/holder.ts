import type { SagaStatus } from 'reprise/core';

/**
 * - `service`: a participant has the request, or its answer
 * - `way`: a request was sent, and nobody has said that it arrived
 * - `worker`: a worker of the saga has to do something: run a body, send a request, go on with the code
 * - `retry`: nobody; the next attempt has its time
 * - `person`: an incident that waits for somebody
 * - `deploy`: an incident that waits for other code
 * - `operator`: it was paused
 * - `signal`: it waits for a condition that a signal or an update can make true
 * - `event`: it waits for an event
 * - `token`: whoever was given the token of a step says how it ends
 * - `child`: a child saga
 * - `timer`: nobody; a time has to come
 * - `nobody`: it has ended
 */
export type HolderKind =
  | 'service'
  | 'way'
  | 'worker'
  | 'retry'
  | 'person'
  | 'deploy'
  | 'operator'
  | 'signal'
  | 'event'
  | 'token'
  | 'child'
  | 'timer'
  | 'nobody';

/** Whom an instance waits for. */
export interface Holder {
  readonly holder: HolderKind;
  /** For people, as in: inventory received `inventory.reserve` 4 min ago and has not answered. */
  readonly words: string;
  readonly call?: number;
  /** The name of the step's method, or of the event. */
  readonly name?: string;
  readonly service?: string;
  readonly operation?: string;
  readonly attempt?: number;
  readonly since?: Date;
  /** When it goes on by itself. */
  readonly until?: Date;
}

/** Who has an instance now. */
export interface WhoHasIt {
  readonly id: string;
  readonly run: string;
  readonly status: SagaStatus;
  /** All holders in one line. */
  readonly words: string;
  /** More than one where the code waits for several things at once, or cues are on their way. Never empty. */
  readonly holders: readonly Holder[];
}

/** `4 min ago`. */
export function ago(at: Date, now: number): string {
  const seconds = Math.max(0, Math.round((now - at.getTime()) / 1_000));
  if (seconds < 120) return `${seconds} s ago`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.round(hours / 24)} days ago`;
}

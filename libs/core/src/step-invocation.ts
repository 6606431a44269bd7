import type { StepCall } from './call-state.js';

/** What the body of a step may know of the attempt it runs in. */
export interface StepInvocation {
  readonly saga: string;
  /** The instance's id. */
  readonly instance: string;
  /** The flow that the instance belongs to (law M6), if it is another's: that of its first parent, or of the cue that started it. */
  readonly flow?: string;
  readonly step: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same on every attempt: hand it to whoever deduplicates (law S3). */
  readonly key: string;
  /** Present in a compensation: the key of the step that it takes back. */
  readonly undoes?: string;
  /** When the attempt's time is up, in milliseconds since the epoch. */
  readonly deadline: number;
}

/** What of a step its key is made of. */
export type KeyedCall = Pick<StepCall, 'call' | 'edits' | 'origin'>;

/** The idempotency key of a step (law S1), of the run that made the call. One with another input is another request. */
export function idempotencyKey(run: string, { call, edits, origin }: KeyedCall): string {
  const key = `${origin?.run ?? run}:${call}`;
  return edits === undefined ? key : `${key}:edit-${edits}`;
}

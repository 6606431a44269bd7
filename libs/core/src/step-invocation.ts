/** What the body of a step may know of the attempt it runs in. */
export interface StepInvocation {
  readonly saga: string;
  /** The instance's id. */
  readonly instance: string;
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

/** The idempotency key of a call (law S1). */
export function idempotencyKey(run: string, call: number): string {
  return `${run}:${call}`;
}

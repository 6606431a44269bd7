import type { InstanceKey } from './instance-key.js';
import type { Json } from './json.js';
import type { CallKey } from './step-transactions.js';

/** What a running attempt says of how far it has come. */
export interface CallProgress extends CallKey {
  /** 1 for the first try. */
  readonly attempt: number;
  /** Whatever its next attempt needs to go on from there. */
  readonly details: Json;
}

/** What an attempt of a call said last. */
export interface RecordedProgress extends CallProgress {
  /** When it was recorded, in milliseconds since the epoch, by the store's clock. */
  readonly at: number;
}

/**
 * What attempts said last of how far they have come, one record for each call, beside the history. Reached from `HistoryStore.progress`.
 * One contract suite (`test/store/`) runs against every implementation.
 */
export abstract class StepProgress {
  /**
   * Records all at once; each replaces what was on record of its call. No call appears twice. Answers in their order which were recorded:
   * what the worker does not own any more is left out (law W2).
   */
  abstract record(worker: string, progress: readonly CallProgress[]): Promise<boolean[]>;

  /** All that is on record of these runs, by run and call. */
  abstract read(runs: readonly InstanceKey[]): Promise<RecordedProgress[]>;

  /** These calls have ended: nothing is on record of them from here on. */
  abstract forget(calls: readonly CallKey[]): Promise<void>;
}

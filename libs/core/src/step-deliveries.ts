import type { InstanceKey } from './instance-key.js';
import type { CallKey } from './step-transactions.js';
import type { CommandAddress } from './step-transport.js';

/** An attempt of a remote step that was handed to the transport. */
export interface SentAttempt extends CallKey, CommandAddress {
  /** 1 for the first try. */
  readonly attempt: number;
  /** In milliseconds since the epoch, by the clock of the worker that sent it. */
  readonly sentAt: number;
}

/**
 * Requests that are under way for long, beside the history: a request that is answered soon leaves nothing here. One record for each call,
 * of its latest attempt. Reached from `HistoryStore.deliveries`. One contract suite (`test/store/`) runs against every implementation.
 */
export abstract class StepDeliveries {
  /** Notes all at once; no call appears twice. What the worker does not own any more is left out. */
  abstract note(worker: string, sent: readonly SentAttempt[]): Promise<void>;

  /** What is on record of a run, by call. */
  abstract read(key: InstanceKey): Promise<SentAttempt[]>;
}

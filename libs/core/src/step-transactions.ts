import type { RecordedError } from './error-record.js';
import type { InstanceKey } from './instance-key.js';
import type { Json } from './json.js';

/** What separates the transaction of a step from others that run beside it; the database's own default where it is absent. */
export type Isolation = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** How the body of a step runs in a transaction. */
export interface TransactionOptions {
  readonly isolation?: Isolation;
}

/** How one attempt of it runs. */
export interface TransactionTerms extends TransactionOptions {
  /** How long the transaction may stand idle before the database ends it, in milliseconds: a body that hangs holds no locks for ever. */
  readonly longestIdle: number;
}

/** Names one call of one instance. */
export interface CallKey {
  readonly key: InstanceKey;
  readonly call: number;
}

/**
 * What is on record of a transactional call. The first record stands for ever:
 * - `completed`: committed together with what the body wrote
 * - `declared`, `fatal`: the body ended in this error; what it wrote was rolled back, and no other attempt of it commits any more
 * - `undone`: its compensation came first; no attempt of it commits any more
 */
export type StepRecord =
  | { readonly outcome: 'completed'; readonly result: Json }
  | { readonly outcome: 'declared' | 'fatal'; readonly error: RecordedError }
  | { readonly outcome: 'undone' };

/**
 * Runs step bodies in transactions of the database that the application writes to, and keeps their outcomes there: effect and
 * outcome are committed together (law S9). Reached from `HistoryStore.transactions`. One contract suite (`test/store/`) runs against
 * every implementation.
 */
export abstract class StepTransactions {
  /** What is on record of the call; undefined when nothing is. */
  abstract find(call: CallKey): Promise<StepRecord | undefined>;

  /** Puts `record` on record unless something is already, in a transaction of its own; answers what is on record from then on. */
  abstract settle(call: CallKey, record: StepRecord): Promise<StepRecord>;

  /**
   * Runs `body` in a transaction and commits its result as the record of the call. Where something is on record already the body is
   * not run; where another attempt comes first, what this one wrote is rolled back. Answers what is on record.
   * Conflicts with other transactions (serialisation failures, deadlocks) are tried again here for a short while.
   * @param body gets the transaction's manager, and answers the encoded result
   * @throws what the body throws; then nothing is left, neither effect nor record
   */
  abstract run(call: CallKey, terms: TransactionTerms, body: (manager: unknown) => Promise<Json>): Promise<StepRecord>;
}

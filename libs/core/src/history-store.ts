import type { Turn } from './event.js';
import type { Cue } from './cue.js';
import type { CueStore } from './cue-store.js';
import type { InstanceCatalogue } from './instance-catalogue.js';
import type { InstanceKey } from './instance-key.js';
import type { InstanceHead, InstanceSummary } from './instance-summary.js';
import type { Json } from './json.js';
import type { Message, OutgoingMessage, ReplyAddress, UnsentMessage } from './message.js';
import type { MessageReply, Reply } from './reply.js';
import type { SagaError } from './saga-error.js';
import type { ScheduleStore } from './schedule-store.js';
import type { StartRecord } from './start-record.js';
import type { StepDeliveries } from './step-deliveries.js';
import type { StepProgress } from './step-progress.js';
import type { StepTransactions } from './step-transactions.js';
import type { StepLimits } from './step-limits.js';
import type { StoreTrouble } from './store-trouble.js';
import type { ForkedRun, Postponement, Successor } from './succession.js';

/** One turn to append. All of it is written, or none. */
export interface TurnAppend {
  readonly key: InstanceKey;
  /** How many turns the writer has seen: this turn's position. A history of another length refuses it. */
  readonly seq: number;
  readonly turn: Turn;
  /** Present on the first turn. */
  readonly start?: StartRecord;
  /** Present when the head changes. A closed status gives the instance up for good. */
  readonly head?: InstanceHead;
  /** Ids of the messages that this turn took in; they leave the mailbox with it. */
  readonly consumed?: readonly string[];
  /** What the senders of messages are told when the turn is durable. */
  readonly replies?: readonly MessageReply[];
  /** Messages to other instances. They are on their way when the turn is durable: see `relayed`. */
  readonly outgoing?: readonly OutgoingMessage[];
  /**
   * Present when the worker gives the instance back with this turn, due again after so many milliseconds, or only on a message (`null`).
   * On a start that nobody owns it is a delay: signals and updates that come before do not make it due, everything else does.
   */
  readonly release?: { readonly wakeAfter: number | null };
}

/**
 * - `appended`: durable.
 * - `repeated`: the worker still owns the instance and that position is already taken: an earlier try of this very append went through.
 * - `refused`: the worker does not own the instance any more (law W2); nothing was written.
 * - `duplicate`: a start whose id is taken.
 */
export type AppendOutcome = 'appended' | 'repeated' | 'refused' | 'duplicate';

/** `accepted` is durable. `unknown` and `closed` go on record as orphans (law M1). */
export type PostOutcome = 'accepted' | 'unknown' | 'closed';

/** An instance that the worker owns from now on, read after the lease was taken. */
export interface ClaimedInstance {
  readonly summary: InstanceSummary;
  readonly turns: readonly Turn[];
  /** How many workers in a row died, or were taken for dead, while they ran it, with no turn of it in between; absent for none (law W5). */
  readonly losses?: number;
  /** Why its turns cannot be read; then their payloads are as they are stored, and nobody may run it. */
  readonly unreadable?: SagaError;
}

/** An instance that is given back. */
export interface Released {
  readonly key: InstanceKey;
  /** Milliseconds until it is due; null: until a message comes. */
  readonly wakeAfter: number | null;
  /** It was not run: it waits in spite of unread messages, and `losses` goes on counting (law W5). */
  readonly unrun?: boolean;
}

/** A reply or message that nobody could take (law S7). */
export interface Orphan {
  readonly key: InstanceKey;
  readonly id: string;
  /** For instance `late-result`, `duplicate-result`, `closed-instance`, `instance-elsewhere`, `unknown-instance`. */
  readonly reason: string;
  readonly call?: number;
  readonly attempt?: number;
  readonly payload?: Json;
}

/** A saga that a worker has code for. */
export interface HostedVersion {
  readonly saga: string;
  readonly version: number;
}

/** A transaction that the caller has open. What it is the store knows: for PostgreSQL an `EntityManager` of TypeORM. */
export type CallerTransaction = object;

/**
 * The store as seen from inside a transaction of the caller (law S9): what is done holds, and others see it, when they commit.
 * When a method rejects, the caller's transaction is as it was before the call.
 */
export interface CallerStore {
  /** As `append` of one start that nobody owns. */
  start(turn: TurnAppend): Promise<AppendOutcome>;
  post(shard: number, id: string, message: Message): Promise<PostOutcome>;
  /** As `CueStore.publish`; whoever brings cues, the caller's process too, is hinted at it when the transaction has committed. */
  publish(cues: readonly Cue[]): Promise<void>;
  /** The newest run of `id`, also one that this very transaction has started. */
  find(shard: number, id: string): Promise<InstanceSummary | undefined>;
}

/**
 * Keeps histories, ownership and mailboxes. Every method may reject when the store is out of reach; the caller waits and tries again.
 * One contract suite (`test/store/`) runs against every implementation.
 */
export abstract class HistoryStore {
  /** Transactions for step bodies (law S9); undefined when this store has none to give. */
  abstract readonly transactions: StepTransactions | undefined;
  /** Finds, counts and removes instances; no instance needs it to run. */
  abstract readonly catalogue: InstanceCatalogue;
  /** Limits that all workers over this store share, and pauses (law S10). */
  abstract readonly limits: StepLimits;
  /** How far running attempts have come (law S5). */
  abstract readonly progress: StepProgress;

  /** Requests that are under way for long. */
  abstract readonly deliveries: StepDeliveries;

  /** Events on their way to those who hear them (law M6). */
  abstract readonly cues: CueStore;

  /** The schedules that start instances (law M7), in the same place. */
  abstract readonly schedules: ScheduleStore;

  /** Connects, and brings the schema up to date. Rejects in words when the schema is newer than this code. */
  abstract open(): Promise<void>;
  abstract close(): Promise<void>;

  /**
   * Appends the turns of many instances in one round trip (group commit). Outcomes come in the order of the turns.
   * A turn is written only if its history has exactly `seq` turns and `worker` owns the instance. `worker` is
   * undefined only for starts that nobody owns yet. No instance appears twice in one call.
   */
  abstract append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]>;

  /**
   * Present where a turn takes work of its own before it can be appended, which may be slow or fail: done ahead of `append`, it holds up
   * no other turn. `append` does what has not been done. Rejects as `append` does.
   */
  prepare?(turn: TurnAppend): Promise<void>;

  /** Registers a worker, or prolongs its lease by `leaseMs` on the store's clock. `false`: it was taken for dead and must begin anew. */
  abstract heartbeat(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): Promise<boolean>;

  /** Takes up to `limit` due instances of the hosted sagas that nobody owns, oldest first. Also frees what dead workers held. */
  abstract claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]>;

  /** Unread messages of instances that the worker owns, in order of arrival. They stay until a turn consumes them. */
  abstract unread(worker: string): Promise<{ readonly key: InstanceKey; readonly messages: readonly Message[] }[]>;

  /** Gives instances back without a turn. One with unread messages is due at once, unless it was not run. */
  abstract release(worker: string, instances: readonly Released[]): Promise<void>;

  /**
   * Says whether these instances, which the worker owns, are under suspicion: while any are, the death of the worker counts as a loss
   * for them alone (law W5).
   */
  abstract suspect(worker: string, instances: readonly InstanceKey[], suspected: boolean): Promise<void>;

  /** Gives back everything that the worker owns apart from `held`, due at once: what a claim gave it whose answer was lost. */
  abstract releaseOthers(worker: string, held: readonly InstanceKey[]): Promise<void>;

  /** Gives back everything that the worker still owns and forgets the worker. */
  abstract leave(worker: string): Promise<void>;

  /** Makes every instance in an incident with one of these codes due again, so that new code can try it. Answers how many. */
  abstract wakeIncidents(codes: readonly string[], hosted: readonly HostedVersion[]): Promise<number>;

  /**
   * Puts a message into the mailbox of the newest run of `id` and makes the instance due. An `undo` also reaches one that has ended as
   * `completed`: it is open again then, as `compensating` (law C6).
   */
  abstract post(shard: number, id: string, message: Message): Promise<PostOutcome>;

  /** The newest run of `id`. */
  abstract find(shard: number, id: string): Promise<InstanceSummary | undefined>;
  /** The newest runs of many ids; ids that are unknown are left out. */
  abstract findMany(ids: readonly { readonly shard: number; readonly id: string }[]): Promise<InstanceSummary[]>;
  abstract history(key: InstanceKey): Promise<Turn[]>;

  /**
   * Closes the run as `continued` and begins its successor under the same id, saga, tags and parent, all or nothing: due at once,
   * owned by nobody, with what is unread in the mailbox. `refused`: the worker does not own it.
   */
  abstract succeed(worker: string, key: InstanceKey, successor: Successor): Promise<'succeeded' | 'refused'>;

  /**
   * Replaces the first turn of a run that is `delayed` and that nobody owns, and moves its beginning. What makes it due before that
   * still does. `refused`: it has begun, is about to, or has ended.
   */
  abstract postpone(key: InstanceKey, postponement: Postponement): Promise<'postponed' | 'refused'>;

  /**
   * Begins a run with a history that another had: due at once, owned by nobody.
   * `duplicate`: its id is taken by an open instance, or `start.reuse` is false and it is taken by a closed one, or what it `replaces` is
   * not the newest run of the id any more.
   */
  abstract fork(copy: ForkedRun): Promise<'forked' | 'duplicate'>;

  /** Replies that are there, one for each address that has one. */
  abstract replies(asked: readonly ReplyAddress[]): Promise<(ReplyAddress & { readonly reply: Reply })[]>;

  /** Messages that left with a turn more than `olderThan` milliseconds ago, and may not have been delivered. */
  abstract unsent(olderThan: number, limit: number): Promise<UnsentMessage[]>;
  /** These are delivered: whoever posts an outgoing message says so afterwards. Posted twice is delivered once (law M1). */
  abstract relayed(sent: readonly UnsentMessage[]): Promise<void>;

  /**
   * The store as seen from inside a transaction that the caller has open (law S9).
   * @throws SagaError `FOREIGN_TRANSACTION` for what is no open transaction of the store's database, now or from the methods
   */
  abstract within(transaction: CallerTransaction): CallerStore;

  abstract recordOrphan(orphan: Orphan): Promise<void>;

  /** Calls `listener` when there may be work or news. A hint only (law W7): it may be late, needless or missing. */
  abstract onHint(listener: () => void): () => void;

  /** Present where a store notices what a person should mend while it goes on working. Once for each trouble, not once for each time. */
  onTrouble?(listener: (trouble: StoreTrouble) => void): () => void;
}

import {
  HistoryStore,
  ENDED_BEFORE,
  isClosed,
  shardOf,
  type AppendOutcome,
  type CallerStore,
  type CallerTransaction,
  type ClaimedInstance,
  type Clock,
  type HostedVersion,
  type InstanceKey,
  type InstanceSummary,
  type Message,
  type Orphan,
  type ForkedRun,
  type Postponement,
  type PostOutcome,
  type Released,
  type ReplyAddress,
  type Successor,
  type Turn,
  type TurnAppend,
  type UnsentMessage,
} from 'reprise/core';
import { MemoryCatalogue } from './memory-catalogue.js';
import { MemoryCorrespondence } from './memory-correspondence.js';
import { MemoryCueStore } from './memory-cue-store.js';
import { MemoryLeases } from './memory-leases.js';
import { MemoryLedger } from './memory-ledger.js';
import { MemoryOrphans, NO_RUN, type MemoryOrphan } from './memory-orphans.js';
import { hosts, hurry, newRow, parse, reopen, setHead, type Row } from './memory-row.js';
import { MemoryRuns } from './memory-runs.js';
import { MemoryStepTransactions } from './memory-step-transactions.js';
import { MemoryCallerStore } from './memory-transaction.js';
import { MemoryScheduleStore } from './memory-schedule-store.js';
import { MemoryStepDeliveries } from './memory-step-deliveries.js';
import { MemoryStepLimits } from './memory-step-limits.js';
import { MemoryStepProgress } from './memory-step-progress.js';

/** The same promises as PostgreSQL's store, kept in a map: for unit tests. Nothing survives the process. */
export class MemoryStore extends HistoryStore {
  readonly transactions = new MemoryStepTransactions();
  readonly catalogue: MemoryCatalogue;
  private readonly correspondence: MemoryCorrespondence;
  private readonly unclaimed: MemoryOrphans;
  readonly schedules = new MemoryScheduleStore(this.clock);
  readonly limits = new MemoryStepLimits(this.clock, (worker) => !this.leases.isDead(worker));
  private readonly owns = (worker: string, run: string): boolean => this.runs.get(run)?.owner === worker;
  readonly progress = new MemoryStepProgress(this.clock, this.owns);
  readonly deliveries = new MemoryStepDeliveries(this.owns);
  readonly cues: MemoryCueStore;
  private readonly runs: MemoryRuns;
  private readonly leases: MemoryLeases;
  private readonly ledger: MemoryLedger;

  constructor(readonly clock: Clock) {
    super();
    this.runs = new MemoryRuns(clock);
    this.leases = new MemoryLeases(clock, (worker) => this.lost(worker));
    this.ledger = new MemoryLedger(clock, this.runs, this.leases);
    this.unclaimed = new MemoryOrphans(clock);
    this.correspondence = new MemoryCorrespondence(clock);
    this.cues = new MemoryCueStore(clock, { correspondence: this.correspondence, runs: this.runs });
    this.catalogue = new MemoryCatalogue(clock, this.unclaimed, {
      runs: this.runs,
      leases: this.leases,
      deadLetters: () => this.cues.dead,
      remove: (run) => [this.progress, this.deliveries, this.cues].forEach((part) => part.remove(run)),
      removeReplies: (before, limit) => this.correspondence.removeReplies(before, limit),
    });
  }

  /** What nobody could take, oldest first. */
  get orphans(): readonly MemoryOrphan[] {
    return this.unclaimed.list;
  }

  /** The newest run of every id. */
  get newest(): readonly InstanceSummary[] {
    return this.runs.newestOfAll().map(({ summary }) => summary);
  }
  /** Every run, also those that others took over from. */
  get everyRun(): readonly InstanceSummary[] {
    return this.runs.all().map(({ summary }) => summary);
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    return turns.map((append) => this.appendOne(worker, append));
  }

  async heartbeat(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): Promise<boolean> {
    return this.leases.prolong(worker, leaseMs, hosted);
  }

  async claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    return this.ledger.claim(worker, limit, hosted);
  }
  async unread(worker: string): ReturnType<HistoryStore['unread']> {
    return this.ledger.unread(worker);
  }
  async release(worker: string, instances: readonly Released[]): Promise<void> {
    this.ledger.release(worker, instances);
  }
  async suspect(worker: string, instances: readonly InstanceKey[], suspected: boolean): Promise<void> {
    this.ledger.suspect(worker, instances, suspected);
  }
  async releaseOthers(worker: string, held: readonly InstanceKey[]): Promise<void> {
    this.ledger.releaseOthers(worker, held);
  }

  async leave(worker: string): Promise<void> {
    this.leases.end(worker);
    this.freeOf(worker);
  }

  async wakeIncidents(codes: readonly string[], hosted: readonly HostedVersion[]): Promise<number> {
    const stuck = ({ status, error }: InstanceSummary): boolean =>
      status === 'incident' && codes.includes(error?.code ?? '');
    const found = this.runs.all().filter(({ summary }) => stuck(summary) && hosts(hosted, summary));
    for (const row of found) row.wakeAt = this.clock.now();
    return found.length;
  }

  /** Gives back what every worker holds, as if all their leases had ended. */
  async freeAll(): Promise<void> {
    for (const { owner } of this.runs.all()) if (owner) this.freeOf(owner);
    this.limits.freeAll();
    this.cues.freeAll();
  }

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const row = this.runs.newest(id);
    const reopens = message.kind === 'undo' && row?.summary.status === 'completed';
    const refused = !row ? 'unknown' : isClosed(row.summary.status) && !reopens ? 'closed' : undefined;
    if (!row || refused) {
      this.unclaimed.keepMail(row?.summary.key ?? { shard, run: NO_RUN }, id, `${refused}-instance`, message);
      return refused!;
    }
    if (!row.messages.some(({ id: known }) => known === message.id)) row.messages.push(structuredClone(message));
    if (reopens) reopen(row);
    hurry(row, message, this.clock.now());
    this.runs.hint();
    return 'accepted';
  }

  async find(_shard: number, id: string): Promise<InstanceSummary | undefined> {
    return this.runs.newest(id)?.summary;
  }
  async findMany(ids: readonly { id: string }[]): Promise<InstanceSummary[]> {
    return ids.flatMap(({ id }) => this.runs.newest(id)?.summary ?? []);
  }

  async history(key: InstanceKey): Promise<Turn[]> {
    return (this.runs.get(key.run)?.turns ?? []).map(parse);
  }

  async succeed(worker: string, key: InstanceKey, successor: Successor): Promise<'succeeded' | 'refused'> {
    const row = this.runs.get(key.run);
    if (!row || row.owner !== worker) return 'refused';
    this.runs.succeed(row, successor);
    return 'succeeded';
  }

  async postpone({ run }: InstanceKey, postponement: Postponement): Promise<'postponed' | 'refused'> {
    return this.runs.postpone(run, postponement) ? 'postponed' : 'refused';
  }

  async fork({ run, replaces, start, turns }: ForkedRun): Promise<'forked' | 'duplicate'> {
    if (!this.runs.isFree(start, replaces)) return 'duplicate';
    this.runs.begin(newRow({ shard: shardOf(start.id), run }, start, undefined, this.clock.now()), turns, []);
    this.runs.hint();
    return 'forked';
  }

  async replies(asked: readonly ReplyAddress[]): ReturnType<HistoryStore['replies']> {
    return this.correspondence.replies(asked);
  }

  async unsent(olderThan: number, limit: number): Promise<UnsentMessage[]> {
    return this.correspondence.unsent(this.clock.now() - olderThan, limit);
  }

  async relayed(sent: readonly UnsentMessage[]): Promise<void> {
    this.correspondence.relayed(sent);
  }

  within(transaction: CallerTransaction): CallerStore {
    return new MemoryCallerStore(this, transaction);
  }

  async recordOrphan(orphan: Orphan): Promise<void> {
    this.unclaimed.keep(orphan);
  }

  onHint(listener: () => void): () => void {
    return this.runs.onHint(listener);
  }

  private appendOne(
    worker: string | undefined,
    { key, seq, turn, start, head, consumed, replies, outgoing, release }: TurnAppend,
  ): AppendOutcome {
    let row = this.runs.get(key.run);
    if (start && !row) {
      if (start.owned && this.leases.isDead(worker!)) return 'refused';
      if (!this.runs.isFree(start)) return 'duplicate';
      row = newRow(key, start, worker, this.clock.now());
      this.runs.add(row);
    }
    if (!row || row.owner !== (start?.owned === false ? undefined : worker)) return 'refused';
    if (seq !== row.turns.length) return seq < row.turns.length ? 'repeated' : 'refused';
    row.turns.push(JSON.stringify(turn));
    row.messages = row.messages.filter(({ id }) => !consumed?.includes(id));
    this.correspondence.reply(row.summary.id, replies ?? []);
    this.correspondence.send(key, outgoing ?? [], this.clock.now());
    if (head) setHead(row, head, this.clock.now());
    if (isClosed(row.summary.status)) this.retire(row);
    else if (release && start?.owned === false) this.runs.delay(row, this.clock.now() + release.wakeAfter!);
    else if (release) this.runs.free(row, release);
    this.runs.hint();
    return 'appended';
  }

  /** What is in the mailbox of an instance when it ends goes on record. */
  private retire(row: Row): void {
    Object.assign(row, { owner: undefined, wakeAt: Infinity });
    const { key, id } = row.summary;
    for (const message of row.messages.splice(0)) {
      if (message.kind === 'update' || message.kind === 'operate')
        this.correspondence.replyUnlessAnswered(id, { message: message.id, reply: ENDED_BEFORE });
      this.unclaimed.keepMail(key, id, 'closed-instance', message);
    }
  }

  private lost(worker: string): void {
    this.limits.freeOf(worker);
    this.runs.lost(worker);
  }

  private freeOf(worker: string): void {
    this.limits.freeOf(worker);
    this.runs.freeOf(worker);
  }
}

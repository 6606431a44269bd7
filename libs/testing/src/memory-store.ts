import {
  HistoryStore,
  isClosed,
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
  type PostOutcome,
  type Turn,
  type TurnAppend,
} from 'reprise/core';
import { MemoryCatalogue } from './memory-catalogue.js';
import { MemoryOrphans, NO_RUN, type MemoryOrphan } from './memory-orphans.js';
import { hosts, newRow, parse, type Row } from './memory-row.js';
import { MemoryStepTransactions } from './memory-step-transactions.js';
import { MemoryCallerStore } from './memory-transaction.js';
import { MemoryScheduleStore } from './memory-schedule-store.js';
import { MemoryStepLimits } from './memory-step-limits.js';

/** The same promises as PostgreSQL's store, kept in a map: for unit tests. Nothing survives the process. */
export class MemoryStore extends HistoryStore {
  readonly transactions = new MemoryStepTransactions();
  readonly catalogue: MemoryCatalogue;
  private readonly unclaimed: MemoryOrphans;
  readonly schedules: MemoryScheduleStore;
  readonly limits: MemoryStepLimits;
  private readonly rows = new Map<string, Row>();
  private readonly newest = new Map<string, Row>();
  private readonly leases = new Map<string, number>();
  private readonly hosting = new Map<string, readonly HostedVersion[]>();
  private readonly dead = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(readonly clock: Clock) {
    super();
    this.limits = new MemoryStepLimits(clock, (worker) => !this.dead.has(worker));
    this.unclaimed = new MemoryOrphans(clock);
    this.schedules = new MemoryScheduleStore(clock);
    this.catalogue = new MemoryCatalogue(clock, this.unclaimed, {
      summaries: () => [...this.rows.values()].map(({ summary }) => summary),
      hosted: () =>
        [...this.leases].flatMap(([worker, until]) => (until < clock.now() ? [] : this.hosting.get(worker)!)),
      remove: (instance) => this.remove(instance),
    });
  }

  /** What nobody could take, oldest first. */
  get orphans(): readonly MemoryOrphan[] {
    return this.unclaimed.list;
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    return turns.map((append) => this.appendOne(worker, append));
  }

  async heartbeat(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): Promise<boolean> {
    this.expire();
    if (this.dead.has(worker)) return false;
    this.leases.set(worker, this.clock.now() + leaseMs);
    this.hosting.set(worker, hosted);
    return true;
  }

  async claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    const now = this.clock.now();
    this.expire();
    if (this.dead.has(worker)) return [];
    const due = [...this.rows.values()]
      .filter(
        ({ summary, owner, wakeAt }) => !owner && wakeAt <= now && !isClosed(summary.status) && hosts(hosted, summary),
      )
      .sort((a, b) => a.wakeAt - b.wakeAt)
      .slice(0, limit);
    for (const row of due) Object.assign(row, { owner: worker, wakeAt: Infinity });
    return due.map(({ summary, turns }) => ({ summary, turns: turns.map(parse) }));
  }

  async unread(worker: string): Promise<{ key: InstanceKey; messages: readonly Message[] }[]> {
    return [...this.rows.values()]
      .filter(({ owner, messages }) => owner === worker && messages.length > 0)
      .map(({ summary, messages }) => ({ key: summary.key, messages: [...messages] }));
  }

  async release(worker: string, instances: readonly { key: InstanceKey; wakeAfter: number | null }[]): Promise<void> {
    for (const { key, wakeAfter } of instances) {
      const row = this.rows.get(key.run);
      if (row?.owner === worker) this.free(row, wakeAfter);
    }
  }

  async releaseOthers(worker: string, held: readonly InstanceKey[]): Promise<void> {
    const kept = new Set(held.map(({ run }) => run));
    for (const [run, row] of this.rows) if (row.owner === worker && !kept.has(run)) this.free(row, 0);
  }

  async leave(worker: string): Promise<void> {
    this.leases.delete(worker);
    this.freeOf(worker);
  }

  async wakeIncidents(codes: readonly string[], hosted: readonly HostedVersion[]): Promise<number> {
    const found = [...this.rows.values()].filter(
      ({ summary }) =>
        summary.status === 'incident' && codes.includes(summary.error?.code ?? '') && hosts(hosted, summary),
    );
    for (const row of found) row.wakeAt = this.clock.now();
    return found.length;
  }

  /** Gives back what every worker holds, as if all their leases had ended. */
  async freeAll(): Promise<void> {
    for (const { owner } of [...this.rows.values()]) if (owner) this.freeOf(owner);
    this.limits.freeAll();
  }

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const row = this.newest.get(id);
    const refused = !row ? 'unknown' : isClosed(row.summary.status) ? 'closed' : undefined;
    if (!row || refused) {
      const { id: sent, kind, name, input } = message;
      const payload = { message: sent, kind, name, input };
      this.unclaimed.keep({
        key: row?.summary.key ?? { shard, run: NO_RUN },
        id,
        reason: `${refused}-instance`,
        payload,
      });
      return refused!;
    }
    if (!row.messages.some(({ id: known }) => known === message.id)) row.messages.push(structuredClone(message));
    row.wakeAt = this.clock.now();
    this.hint();
    return 'accepted';
  }

  async find(_shard: number, id: string): Promise<InstanceSummary | undefined> {
    return this.newest.get(id)?.summary;
  }

  async findMany(ids: readonly { id: string }[]): Promise<InstanceSummary[]> {
    return ids.flatMap(({ id }) => this.newest.get(id)?.summary ?? []);
  }

  async history(key: InstanceKey): Promise<Turn[]> {
    return (this.rows.get(key.run)?.turns ?? []).map(parse);
  }

  within(transaction: CallerTransaction): CallerStore {
    return new MemoryCallerStore(this, transaction);
  }

  async recordOrphan(orphan: Orphan): Promise<void> {
    this.unclaimed.keep(orphan);
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private appendOne(
    worker: string | undefined,
    { key, seq, turn, start, head, consumed, release }: TurnAppend,
  ): AppendOutcome {
    let row = this.rows.get(key.run);
    if (start && !row) {
      if (start.owned && this.dead.has(worker!)) return 'refused';
      const other = this.newest.get(start.id);
      if (other && !(start.reuse && isClosed(other.summary.status))) return 'duplicate';
      row = newRow(key, start, worker, this.clock.now());
      this.rows.set(key.run, row);
      this.newest.set(start.id, row);
    }
    if (!row || row.owner !== (start?.owned === false ? undefined : worker)) return 'refused';
    if (seq !== row.turns.length) return seq < row.turns.length ? 'repeated' : 'refused';
    row.turns.push(JSON.stringify(turn));
    row.messages = row.messages.filter(({ id }) => !consumed?.includes(id));
    if (head) {
      const { error: _before, ...summary } = row.summary;
      const closedAt = isClosed(head.status) ? { closedAt: this.clock.now() } : {};
      row.summary = { ...summary, ...structuredClone(head), ...closedAt };
    }
    if (isClosed(row.summary.status)) this.retire(row);
    else if (release) this.free(row, release.wakeAfter);
    this.hint();
    return 'appended';
  }

  /** What is in the mailbox of an instance when it ends goes on record. */
  private retire(row: Row): void {
    Object.assign(row, { owner: undefined, wakeAt: Infinity });
    const { key, id } = row.summary;
    for (const { id: message, kind, name, input } of row.messages.splice(0)) {
      this.unclaimed.keep({ key, id, reason: 'closed-instance', payload: { message, kind, name, input } });
    }
  }

  private remove({ key, id }: InstanceSummary): void {
    this.rows.delete(key.run);
    if (this.newest.get(id)?.summary.key.run === key.run) this.newest.delete(id);
  }

  /** Takes workers for dead whose lease is over (law W2). */
  private expire(): void {
    for (const [worker, until] of this.leases) {
      if (until >= this.clock.now()) continue;
      this.leases.delete(worker);
      this.dead.add(worker);
      this.freeOf(worker);
    }
  }

  private freeOf(worker: string): void {
    this.limits.freeOf(worker);
    for (const row of this.rows.values()) if (row.owner === worker) this.free(row, 0);
  }

  private free(row: Row, wakeAfter: number | null): void {
    const due = wakeAfter === null ? Infinity : this.clock.now() + wakeAfter;
    row.owner = undefined;
    row.wakeAt = row.messages.length > 0 ? this.clock.now() : due;
    if (row.wakeAt !== Infinity) this.clock.schedule(row.wakeAt, () => this.hint());
  }

  private hint(): void {
    for (const listener of this.listeners) listener();
  }
}

import {
  isClosed,
  type Clock,
  type InstanceSummary,
  type Message,
  type Postponement,
  type Released,
  type StartRecord,
  type Successor,
  type Turn,
} from 'reprise/core';
import { newRow, type Row } from './memory-row.js';

/** The runs of a memory store, by run and by id, who owns them, and who wants to hear when one may be due. */
export class MemoryRuns {
  private readonly rows = new Map<string, Row>();
  private readonly current = new Map<string, Row>();
  private readonly listeners = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  all(): Row[] {
    return [...this.rows.values()];
  }

  get(run: string): Row | undefined {
    return this.rows.get(run);
  }

  /** The newest run of an id. */
  newest(id: string): Row | undefined {
    return this.current.get(id);
  }

  newestOfAll(): Row[] {
    return [...this.current.values()];
  }

  /** Since when the one is due that nobody has taken for longest; Infinity: none is due at all. */
  dueSince(): number {
    const waiting = this.all().filter(({ owner, summary }) => !owner && !isClosed(summary.status));
    return Math.min(...waiting.map(({ wakeAt }) => wakeAt));
  }

  /** True if the id is free (law I1). @param replaces the run that has to be the newest of the id */
  isFree({ id, reuse }: StartRecord, replaces?: string): boolean {
    const other = this.newest(id)?.summary;
    if (replaces !== undefined && other?.key.run !== replaces) return false;
    return !other || (reuse && isClosed(other.status));
  }

  /** From now on the newest of its id. */
  add(row: Row): void {
    this.rows.set(row.summary.key.run, row);
    this.current.set(row.summary.id, row);
  }

  /** Adds one that begins with a history and mail. */
  begin(row: Row, turns: readonly Turn[], messages: readonly Message[]): void {
    row.turns.push(...turns.map((turn) => JSON.stringify(turn)));
    row.messages.push(...messages);
    this.add(row);
  }

  /** Closes a run, and begins the one that it continues as. */
  succeed(row: Row, { run, version, turn }: Successor): void {
    const now = this.clock.now();
    const { key, id, saga, tags, parent } = row.summary;
    const start = { id, saga, version, tags, reuse: true, owned: false, ...(parent ? { parent } : {}) };
    this.begin(newRow({ shard: key.shard, run }, start, undefined, now), [turn], row.messages.splice(0));
    row.summary = { ...row.summary, status: 'continued', retrying: false, closedAt: now };
    Object.assign(row, { owner: undefined, wakeAt: Infinity });
    this.hint();
  }

  remove({ key, id }: InstanceSummary): void {
    this.rows.delete(key.run);
    if (this.current.get(id)?.summary.key.run === key.run) this.current.delete(id);
  }

  free(row: Row, { wakeAfter, unrun }: Omit<Released, 'key'>): void {
    const due = wakeAfter === null ? Infinity : this.clock.now() + wakeAfter;
    Object.assign(row, { owner: undefined, suspected: false });
    row.wakeAt = row.messages.length > 0 && !unrun ? this.clock.now() : due;
    if (!unrun) row.losses = 0;
    if (row.wakeAt !== Infinity) this.clock.schedule(row.wakeAt, () => this.hint());
  }

  /** It begins at that time; what has made it due before still does. */
  delay(row: Row, at: number): void {
    const hurried = row.summary.beginsAt !== undefined && row.wakeAt < row.summary.beginsAt;
    row.summary = { ...row.summary, beginsAt: at };
    if (!hurried) row.wakeAt = at;
    if (row.wakeAt !== Infinity) this.clock.schedule(row.wakeAt, () => this.hint());
  }

  /** False if it has begun, is about to, or has ended. */
  postpone(run: string, { version, turn, after, longest = Infinity }: Postponement): boolean {
    const row = this.rows.get(run);
    if (row?.summary.status !== 'delayed' || row.owner) return false;
    row.summary = { ...row.summary, version };
    row.turns[0] = JSON.stringify(turn);
    this.delay(row, Math.min(this.clock.now() + after, row.summary.startedAt + longest));
    return true;
  }

  freeOf(worker: string): void {
    for (const row of this.rows.values()) if (row.owner === worker) this.free(row, { wakeAfter: 0 });
  }

  /** Frees what a worker held that died (law W5). */
  lost(worker: string): void {
    const held = this.all().filter(({ owner }) => owner === worker);
    const suspects = held.filter(({ suspected }) => suspected);
    for (const row of suspects.length > 0 ? suspects : held) {
      row.losses = row.lostAt === row.turns.length ? row.losses + 1 : 1;
      row.lostAt = row.turns.length;
    }
    for (const row of held) this.free(row, { wakeAfter: 0, unrun: true });
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  hint(): void {
    for (const listener of this.listeners) listener();
  }
}

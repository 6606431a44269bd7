import type { Clock, InstanceSummary, Message, Turn } from 'reprise/core';
import type { Row } from './memory-row.js';

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

  remove({ key, id }: InstanceSummary): void {
    this.rows.delete(key.run);
    if (this.current.get(id)?.summary.key.run === key.run) this.current.delete(id);
  }

  /** @param wakeAfter milliseconds until it is due; null: until a message comes */
  free(row: Row, wakeAfter: number | null): void {
    const due = wakeAfter === null ? Infinity : this.clock.now() + wakeAfter;
    row.owner = undefined;
    row.wakeAt = row.messages.length > 0 ? this.clock.now() : due;
    if (row.wakeAt !== Infinity) this.clock.schedule(row.wakeAt, () => this.hint());
  }

  freeOf(worker: string): void {
    for (const row of this.rows.values()) if (row.owner === worker) this.free(row, 0);
  }

  onHint(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  hint(): void {
    for (const listener of this.listeners) listener();
  }
}

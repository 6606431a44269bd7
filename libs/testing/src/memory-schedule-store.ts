import { ScheduleStore, type Clock, type ScheduleReach, type ScheduleRecord } from 'reprise/core';

/** The same promises as PostgreSQL's store of schedules, kept in a map: for unit tests. */
export class MemoryScheduleStore extends ScheduleStore {
  private readonly records = new Map<string, ScheduleRecord>();

  constructor(private readonly clock: Clock) {
    super();
  }

  override async now(): Promise<number> {
    return this.clock.now();
  }

  override async take(
    reach: ScheduleReach,
    limit: number,
    hold: number,
  ): Promise<{ now: number; schedules: ScheduleRecord[] }> {
    const now = this.clock.now();
    const due = this.within(reach).filter(({ dueAt }) => dueAt! <= now);
    const taken = due.slice(0, limit).map((record) => this.write({ ...record, dueAt: now + hold }));
    return { now, schedules: taken.map(copy) };
  }

  override async nearest(reach: ScheduleReach): Promise<number | null> {
    const [first] = this.within(reach);
    return first ? Math.max(0, first.dueAt! - this.clock.now()) : null;
  }

  override async create(schedule: ScheduleRecord): Promise<boolean> {
    if (this.records.has(schedule.name)) return false;
    this.records.set(schedule.name, copy(schedule));
    return true;
  }

  override async change(schedule: ScheduleRecord): Promise<boolean> {
    if (this.records.get(schedule.name)?.revision !== schedule.revision) return false;
    this.write(schedule);
    return true;
  }

  override async delete(name: string): Promise<boolean> {
    return this.records.delete(name);
  }

  override async get(name: string): Promise<ScheduleRecord | undefined> {
    const found = this.records.get(name);
    return found && copy(found);
  }

  override async list(after: string | undefined, limit: number): Promise<ScheduleRecord[]> {
    return [...this.records.values()]
      .filter(({ name }) => after === undefined || compare(name, after) > 0)
      .sort((a, b) => compare(a.name, b.name))
      .slice(0, limit)
      .map(copy);
  }

  override async ofCode(sagas: readonly string[]): Promise<ScheduleRecord[]> {
    return [...this.records.values()].filter(({ origin, saga }) => origin === 'code' && sagas.includes(saga)).map(copy);
  }

  override async hurry(instance: string): Promise<boolean> {
    const found = [...this.records.values()].find(
      ({ lastInstance, waitingTick, state }) =>
        lastInstance === instance && waitingTick !== undefined && state === 'active',
    );
    if (found) this.write({ ...found, dueAt: this.clock.now() });
    return found !== undefined;
  }

  /** Active schedules that these workers can run, the longest due first. */
  private within({ hosted, declared }: ScheduleReach): ScheduleRecord[] {
    const isHosted = ({ saga, version }: ScheduleRecord): boolean =>
      hosted.some((known) => known.saga === saga && known.version >= version);
    return [...this.records.values()]
      .filter((record) => record.state === 'active' && record.dueAt !== undefined && isHosted(record))
      .filter(({ origin, name }) => origin === 'call' || declared.includes(name))
      .sort((a, b) => a.dueAt! - b.dueAt!);
  }

  private write(record: ScheduleRecord): ScheduleRecord {
    const written = copy({ ...record, revision: record.revision + 1 });
    this.records.set(record.name, written);
    return written;
  }
}

/** As text, so that nothing is shared with whoever wrote or reads it. */
function copy(record: ScheduleRecord): ScheduleRecord {
  return JSON.parse(JSON.stringify(record)) as ScheduleRecord;
}

/** By code points, as PostgreSQL's collation "C" does it, and not by UTF-16 code units. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

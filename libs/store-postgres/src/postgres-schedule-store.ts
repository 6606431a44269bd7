import { ScheduleStore, type ScheduleReach, type ScheduleRecord } from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Connection } from './connection.js';
import { scheduleOf, scheduleValues } from './schedule-row.js';
import { changeSchedule } from './statements/change-schedule.js';
import { createSchedule } from './statements/create-schedule.js';
import { deleteSchedule } from './statements/delete-schedule.js';
import { hurrySchedule } from './statements/hurry-schedule.js';
import { nearestSchedule } from './statements/nearest-schedule.js';
import { listSchedules, readSchedule, schedulesOfCode } from './statements/read-schedules.js';
import { storeTime } from './statements/store-time.js';
import { takeSchedules } from './statements/take-schedules.js';
import { hostedColumns } from './worker-ledger.js';

/** Schedules in PostgreSQL, by the database's clock. */
export class PostgresScheduleStore extends ScheduleStore {
  constructor(private readonly connection: Connection) {
    super();
  }

  override async now(): Promise<number> {
    const [row] = await this.connection.run(storeTime, []);
    return Number(row!['now']);
  }

  override async take(
    reach: ScheduleReach,
    limit: number,
    hold: number,
  ): Promise<{ now: number; schedules: ScheduleRecord[] }> {
    const rows = await this.connection.run(takeSchedules, [...reachColumns(reach), limit, Math.ceil(hold)]);
    return { now: Number(rows[0]?.['now'] ?? 0), schedules: rows.map(scheduleOf) };
  }

  override async nearest(reach: ScheduleReach): Promise<number | null> {
    const [row] = await this.connection.run(nearestSchedule, reachColumns(reach));
    return row ? Number(row['wait']) : null;
  }

  override async create(schedule: ScheduleRecord): Promise<boolean> {
    const rows = await this.connection.run(createSchedule, scheduleValues(schedule));
    return rows.length === 1;
  }

  override async change(schedule: ScheduleRecord): Promise<boolean> {
    const rows = await this.connection.run(changeSchedule, scheduleValues(schedule));
    return rows.length === 1;
  }

  override async delete(name: string): Promise<boolean> {
    return (await this.connection.run(deleteSchedule, [name])).length === 1;
  }

  override async get(name: string): Promise<ScheduleRecord | undefined> {
    const [row] = await this.connection.run(readSchedule, [name]);
    return row && scheduleOf(row);
  }

  override async list(after: string | undefined, limit: number): Promise<ScheduleRecord[]> {
    return (await this.connection.run(listSchedules, [after ?? null, limit])).map(scheduleOf);
  }

  override async ofCode(sagas: readonly string[]): Promise<ScheduleRecord[]> {
    return (await this.connection.run(schedulesOfCode, [binaryArray('text', sagas)])).map(scheduleOf);
  }

  override async hurry(instance: string): Promise<boolean> {
    return (await this.connection.run(hurrySchedule, [instance])).length > 0;
  }
}

function reachColumns({ hosted, declared }: ScheduleReach): Buffer[] {
  return [...hostedColumns(hosted), binaryArray('text', declared)];
}

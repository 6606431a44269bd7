import type { ScheduleRecord } from 'reprise/core';
import type { Parameter, Row } from './connection.js';
import { jsonOf } from './summary.js';

/** Reads the columns of `SCHEDULE_COLUMNS`. */
export function scheduleOf(row: Row): ScheduleRecord {
  const window = row['catch_up_window'] ?? null;
  return {
    name: row['name']!,
    saga: row['saga']!,
    version: Number(row['version']),
    origin: row['origin'] as ScheduleRecord['origin'],
    cron: row['cron']!,
    timeZone: row['time_zone']!,
    overlap: row['overlap'] as ScheduleRecord['overlap'],
    catchUp: row['catch_up'] as ScheduleRecord['catchUp'],
    window: window === null ? null : Number(window),
    state: row['state'] as ScheduleRecord['state'],
    started: Number(row['started']),
    skipped: Number(row['skipped']),
    revision: Number(row['revision']),
    ...(row['input'] === null ? {} : { input: jsonOf(row, 'input') }),
    ...(row['note'] === null ? {} : { note: row['note'] }),
    ...(row['last_instance'] === null ? {} : { lastInstance: row['last_instance'] }),
    ...(row['skip_reason'] === null ? {} : { skipReason: row['skip_reason'] }),
    ...timeOf(row, 'next_tick', 'nextTick'),
    ...timeOf(row, 'waiting_tick', 'waitingTick'),
    ...timeOf(row, 'due_at', 'dueAt'),
    ...timeOf(row, 'last_tick', 'lastTick'),
    ...timeOf(row, 'skipped_tick', 'skippedTick'),
  } as ScheduleRecord;
}

/** The name, the revision, then the values of `WRITTEN_COLUMNS`. */
export function scheduleValues(record: ScheduleRecord): Parameter[] {
  const { name, saga, version, origin, cron, timeZone, overlap, catchUp, window, input, state, note } = record;
  const times = [record.nextTick, record.waitingTick, record.dueAt, record.lastTick, record.skippedTick];
  return [
    name,
    record.revision,
    saga,
    version,
    origin,
    cron,
    timeZone,
    overlap,
    catchUp,
    window === null ? null : Math.ceil(window),
    input === undefined ? null : JSON.stringify(input),
    state,
    note ?? null,
    record.lastInstance ?? null,
    record.started,
    record.skipped,
    record.skipReason ?? null,
    ...times.map((time) => (time === undefined ? null : Math.ceil(time))),
  ];
}

function timeOf(row: Row, column: string, property: keyof ScheduleRecord): Partial<ScheduleRecord> {
  const time = row[column] ?? null;
  return time === null ? {} : { [property]: Number(time) };
}

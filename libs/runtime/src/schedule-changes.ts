import { checkSchedulePlan, SagaError, schedulePlan, type CronCalendar, type ScheduleRecord } from 'reprise/core';
import type { ScheduleChanges } from './schedule-orders.js';

/** What is left out stays. @throws SagaError `INVALID_SCHEDULE`, `INVALID_DURATION` */
export function changed(
  known: ScheduleRecord,
  changes: ScheduleChanges,
  calendar: CronCalendar,
  now: number,
): ScheduleRecord {
  const { cron = known.cron, timeZone = known.timeZone, overlap = known.overlap, catchUp, window } = changes;
  const options = { timeZone, overlap, catchUp: catchUp ?? known.catchUp, ...(window === undefined ? {} : { window }) };
  const plan = schedulePlan(cron, options);
  checkSchedulePlan(known.name, plan, calendar);
  // Another way of catching up brings its own default.
  const sameWindow = catchUp === undefined && window === undefined;
  const record = { ...known, ...plan, ...(sameWindow ? { window: known.window } : {}) };
  const moved = cron !== known.cron || timeZone !== known.timeZone;
  return moved && known.state === 'active' ? fromNow(record, calendar, now) : record;
}

/** @throws SagaError `SCHEDULE_CONFLICT` for one that left the code */
export function paused(known: ScheduleRecord, note: string | undefined): ScheduleRecord {
  expectNotRetired(known);
  const { waitingTick, skipped } = known;
  const lost =
    waitingTick === undefined
      ? {}
      : ({ skipped: skipped + 1, skippedTick: waitingTick, skipReason: 'paused' } as const);
  return {
    ...known,
    ...lost,
    state: 'paused',
    note: note?.replaceAll('\0', ''),
    waitingTick: undefined,
    nextTick: undefined,
    dueAt: undefined,
  };
}

/** @throws SagaError `SCHEDULE_CONFLICT` for one that left the code */
export function resumed(known: ScheduleRecord, calendar: CronCalendar, now: number): ScheduleRecord {
  expectNotRetired(known);
  return known.state === 'active' ? known : fromNow({ ...known, state: 'active', note: undefined }, calendar, now);
}

/** Its next tick is the first after `now`; a tick that waits is looked at at once. */
export function fromNow(record: ScheduleRecord, calendar: CronCalendar, now: number): ScheduleRecord {
  const nextTick = calendar.next(record.cron, record.timeZone, now) ?? undefined;
  return { ...record, nextTick, dueAt: record.waitingTick === undefined ? nextTick : now };
}

function expectNotRetired({ name, state }: ScheduleRecord): void {
  if (state !== 'retired') return;
  throw new SagaError(
    'SCHEDULE_CONFLICT',
    `Schedule "${name}" does not stand in the code any more.`,
    'Put it back on its class, or delete it.',
  );
}

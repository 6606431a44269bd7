import {
  checkSchedulePlan,
  SagaError,
  type CronCalendar,
  type DeclaredSchedule,
  type SagaDefinition,
  type SchedulePlan,
  type ScheduleReach,
  type ScheduleRecord,
} from 'reprise/core';
import { fromNow } from './schedule-changes.js';
import { scheduleStore, type ScheduleMeans } from './schedule-means.js';

/**
 * Writes the schedules that stand in the code, and switches those off that stand there no longer. Of several versions of a saga the newest
 * says which schedules there are. What code of an older version says is ignored: a newer one has spoken already.
 * @throws SagaError `INVALID_CONFIGURATION` without a calendar, `INVALID_SCHEDULE`, `SCHEDULE_CONFLICT`
 */
export async function declareSchedules(means: ScheduleMeans): Promise<ScheduleReach> {
  const newest = means.sagas.newestDefinitions();
  const declared: string[] = [];
  for (const definition of newest) {
    for (const schedule of definition.schedules ?? []) {
      const calendar = means.calendar ?? refuse(schedule.name);
      checkSchedulePlan(schedule.name, planOf(schedule), calendar);
      await declare(means, calendar, definition, schedule);
      declared.push(schedule.name);
    }
  }
  await retireOthers(means, newest, declared);
  return { hosted: newest.map(({ name, version }) => ({ saga: name, version })), declared };
}

async function declare(
  means: ScheduleMeans,
  calendar: CronCalendar,
  { name: saga, version }: SagaDefinition,
  schedule: DeclaredSchedule,
): Promise<void> {
  const store = scheduleStore(means);
  const { name } = schedule;
  const plan = planOf(schedule);
  for (;;) {
    const known = await store.get(name);
    if (known && (known.origin === 'call' || known.saga !== saga)) throw nameTaken(known);
    if (known && known.version > version) return;
    const now = await store.now();
    if (!known) {
      const fresh = {
        name,
        saga,
        version,
        origin: 'code',
        state: 'active',
        started: 0,
        skipped: 0,
        revision: 0,
      } as const;
      if (await store.create(fromNow({ ...fresh, ...plan }, calendar, now))) return;
    } else {
      const retired = known.state === 'retired';
      if (!retired && samePlan(known, plan) && known.version === version) return;
      const current = { ...known, ...plan, version, state: retired ? 'active' : known.state } as const;
      const moved = retired || known.cron !== plan.cron || known.timeZone !== plan.timeZone;
      const anew = moved && current.state === 'active';
      if (await store.change(anew ? fromNow(current, calendar, now) : current)) return;
    }
  }
}

async function retireOthers(
  means: ScheduleMeans,
  newest: readonly SagaDefinition[],
  declared: readonly string[],
): Promise<void> {
  const store = scheduleStore(means);
  const versions = new Map(newest.map(({ name, version }) => [name, version]));
  for (const known of await store.ofCode([...versions.keys()])) {
    const { name, saga, version, state } = known;
    if (state === 'retired' || declared.includes(name) || version > versions.get(saga)!) continue;
    if (state === 'paused') {
      means.log.warn('A schedule does not stand in the code any more; it was paused and stays so.', { schedule: name });
    } else if (await store.change({ ...known, state: 'retired', nextTick: undefined, dueAt: undefined })) {
      means.log.warn('A schedule does not stand in the code any more; it is switched off.', { schedule: name });
    }
  }
}

function planOf({ cron, timeZone, overlap, catchUp, window }: SchedulePlan): SchedulePlan {
  return { cron, timeZone, overlap, catchUp, window };
}

function samePlan(a: SchedulePlan, b: SchedulePlan): boolean {
  const sameTimes = a.cron === b.cron && a.timeZone === b.timeZone;
  return sameTimes && a.overlap === b.overlap && a.catchUp === b.catchUp && a.window === b.window;
}

function refuse(schedule: string): never {
  throw noCalendar(`Schedule "${schedule}" stands in the code, but there is no calendar.`);
}

/** A schedule is asked for in a process that cannot read cron expressions. */
export function noCalendar(what: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    what,
    'Install the package croner and pass `calendar: cron()` from "reprise/cron".',
  );
}

export function nameTaken({ name, saga, origin }: ScheduleRecord): SagaError {
  const maker = origin === 'code' ? `stands in the code of saga "${saga}"` : `was made by a call, for saga "${saga}"`;
  return new SagaError(
    'SCHEDULE_CONFLICT',
    `A schedule "${name}" exists already: it ${maker}.`,
    'Choose another name, or delete the other schedule first.',
  );
}

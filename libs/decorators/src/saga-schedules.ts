import { schedulePlan, schedulePlanProblems, type CronCalendar, type DeclaredSchedule } from 'reprise/core';
import type { SagaClass } from './saga-class.js';
import { schedulesOf } from './saga-metadata.js';
import { className, sagaOutline } from './saga-outline.js';
import type { SagaRecord, ScheduleRecord } from './saga-record.js';

/**
 * The schedules that stand on a saga class, the uppermost first.
 * @throws SagaError `INVALID_CONFIGURATION` for a class without `@Saga`, `INVALID_DURATION`
 */
export function sagaSchedules(sagaClass: SagaClass): DeclaredSchedule[] {
  const { record } = sagaOutline(sagaClass);
  return schedulesOf(sagaClass).map((schedule) => declared(record, schedule));
}

/**
 * Everything that is wrong with the schedules of a saga class, in words, each with the class.
 * @param calendar reads cron expressions; undefined when the application has none
 */
export function scheduleProblems(sagaClass: SagaClass, calendar: CronCalendar | undefined): string[] {
  const { record } = sagaOutline(sagaClass);
  const schedules = schedulesOf(sagaClass);
  const own = className(sagaClass);
  if (schedules.length > 0 && !calendar) {
    return [
      `${own}: it has a @Schedule, but there is no calendar; install the package croner and pass \`calendar: cron()\` from "reprise/cron".`,
    ];
  }
  const names = schedules.map((schedule) => nameOf(record, schedule));
  return schedules.flatMap((schedule, index) => {
    const again = names.indexOf(names[index]!) < index;
    const problems = [
      ...planProblems(record, schedule, calendar!),
      ...inputProblems(record, schedule),
      ...(again ? [`another one has the name "${names[index]}" already; name one of them`] : []),
    ];
    return problems.map((problem) => `${own}: @Schedule("${schedule.cron}"): ${problem}.`);
  });
}

function planProblems(record: SagaRecord, schedule: ScheduleRecord, calendar: CronCalendar): string[] {
  try {
    const { name, ...plan } = declared(record, schedule);
    return schedulePlanProblems(name, plan, calendar);
  } catch (error) {
    return [(error as Error).message.replace(/\.$/, '')];
  }
}

/** As far as it can be seen before there is a tick: of a value, not of a function, and by a schema that answers at once. */
function inputProblems({ input: schema }: SagaRecord, { options }: ScheduleRecord): string[] {
  if (options.id !== undefined && typeof options.id !== 'function') return ['id is not a function of the tick'];
  if (typeof options.input === 'function' || typeof schema?.['~standard']?.validate !== 'function') return [];
  const checked = schema['~standard'].validate(options.input);
  if (checked instanceof Promise || !checked.issues) return [];
  const what = options.input === undefined ? 'it has no input, which the saga needs' : 'its input is not valid';
  return [`${what}: ${checked.issues.map(({ message }) => message).join('; ')}`];
}

function declared(record: SagaRecord, schedule: ScheduleRecord): DeclaredSchedule {
  const { cron, options } = schedule;
  const { input, id } = options;
  return {
    name: nameOf(record, schedule),
    ...schedulePlan(cron, options),
    input: typeof input === 'function' ? (input as DeclaredSchedule['input']) : () => input,
    ...(id ? { id } : {}),
  };
}

/** Made of what does not change when another schedule is added or removed beside it. */
function nameOf({ name: saga }: SagaRecord, { cron, options }: ScheduleRecord): string {
  const { name, timeZone = 'UTC' } = options;
  return name ?? (timeZone === 'UTC' ? `${saga} ${cron}` : `${saga} ${cron} ${timeZone}`);
}

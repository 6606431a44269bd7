import type { SchedulePlan } from './schedule-plan.js';

/** A schedule that stands in the code, on a saga class. */
export interface DeclaredSchedule extends SchedulePlan {
  /** What it is kept under. Part of the stored data. */
  readonly name: string;
  /** What an instance that a tick starts is given. */
  readonly input: (tick: Date) => unknown;
  /** The id of the instance that a tick starts; must be the same for one tick each time. Absent: `schedule:NAME:TICK`. */
  readonly id?: (tick: Date) => string;
}

/** The id of the instance that a tick starts: the same whoever runs the tick, so that law I1 lets it start once. */
export function tickId(schedule: string, tick: number): string {
  return `${SCHEDULED}${schedule}:${new Date(tick).toISOString().replace('.000Z', 'Z')}`;
}

/** True for ids that schedules make by themselves. */
export function isScheduledId(id: string): boolean {
  return id.startsWith(SCHEDULED);
}

const SCHEDULED = 'schedule:';

import type { CronCalendar } from './cron-calendar.js';
import type { SchedulePlan } from './schedule-plan.js';

/** What is to be done about the ticks of a schedule that are due. Times are milliseconds since the epoch. */
export interface DueTicks {
  /** Those to start, in order. */
  readonly ticks: readonly number[];
  /** How many are too old or not wanted any more; counted up to 1,000. */
  readonly missed: number;
  /** The newest of them. */
  readonly lastMissed?: number;
  /** The tick after all of these; it may be due as well, when there were more than the limit. Null: there is none. */
  readonly next: number | null;
}

/** A schedule of every second that nobody ran for a year must not keep a worker busy with counting. */
const COUNTED = 1_000;

/**
 * Sorts the ticks from `from` to `now` by the catch-up policy (law M7).
 * @param from the first tick that nobody has decided on, not after `now`
 * @param limit the most ticks to start at once
 */
export function dueTicks(
  plan: SchedulePlan,
  from: number,
  now: number,
  calendar: CronCalendar,
  limit: number,
): DueTicks {
  const next = (after: number): number | null => calendar.next(plan.cron, plan.timeZone, after);
  const oldest = plan.window === null ? -Infinity : now - plan.window;
  const latest = Math.max(from, calendar.latest(plan.cron, plan.timeZone, now) ?? from);
  const wanted = plan.catchUp === 'all' ? Math.max(from, oldest) : Math.max(latest, oldest);
  // One before the first that is wanted, so that `next` finds it.
  const first = wanted <= from ? from : next(Math.ceil(wanted) - 1);

  const ticks: number[] = [];
  let tick = first;
  for (; tick !== null && tick <= now && ticks.length < limit; tick = next(tick)) ticks.push(tick);

  let missed = 0;
  for (let old: number | null = from; old !== null && old <= now && missed < COUNTED; old = next(old)) {
    if (first !== null && old >= first) break;
    missed++;
  }
  if (missed === 0) return { ticks, missed, next: tick };
  const lastMissed = calendar.latest(plan.cron, plan.timeZone, Math.min(now, (first ?? Infinity) - 1)) ?? from;
  return { ticks, missed, lastMissed, next: tick };
}

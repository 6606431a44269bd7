import type { CronCalendar } from './cron-calendar.js';
import { milliseconds, type Duration } from './duration.js';
import { SagaError } from './saga-error.js';

/**
 * What becomes of a tick while the instance that the schedule started last is still open:
 * - `skip`: nothing, it is counted as skipped.
 * - `allow`: it starts beside the other.
 * - `buffer`: it waits for the end of the other. One waits at most; further ticks are skipped.
 * - `cancel`: the other is cancelled, and this one starts when that has ended, its undo included. A newer tick takes the place of one
 *   that waits.
 */
export type OverlapPolicy = 'skip' | 'allow' | 'buffer' | 'cancel';

/**
 * What becomes of ticks that came while nobody ran the schedule: none of them starts, only the last, or all. `window` bounds how old
 * a tick may be.
 */
export type CatchUpPolicy = 'none' | 'last' | 'all';

/** How a schedule behaves, beside its cron expression. */
export interface SchedulePlanOptions {
  /** A time zone of the IANA database, such as `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string;
  /** Default `skip`. */
  readonly overlap?: OverlapPolicy;
  /** Default `last`. */
  readonly catchUp?: CatchUpPolicy;
  /** How old a tick may be and still start. Default: 1 minute for `none`, without end for `last`, 1 day for `all`. */
  readonly window?: Duration;
}

/** When a schedule is due and how it behaves, complete. */
export interface SchedulePlan {
  readonly cron: string;
  readonly timeZone: string;
  readonly overlap: OverlapPolicy;
  readonly catchUp: CatchUpPolicy;
  /** Milliseconds; null: without end. */
  readonly window: number | null;
}

const WINDOWS: Readonly<Record<CatchUpPolicy, number | null>> = { none: 60_000, last: null, all: 86_400_000 };
const OVERLAPS: readonly string[] = ['skip', 'allow', 'buffer', 'cancel'] satisfies OverlapPolicy[];

/** The longest name of a schedule: the id of its instances has to hold it. */
export const LONGEST_SCHEDULE_NAME = 150;

/** @throws SagaError `INVALID_DURATION` */
export function schedulePlan(cron: string, options: SchedulePlanOptions = {}): SchedulePlan {
  const { timeZone = 'UTC', overlap = 'skip', catchUp = 'last', window } = options;
  const bound = window === undefined ? (WINDOWS[catchUp] ?? null) : milliseconds(window);
  return { cron, timeZone, overlap, catchUp, window: bound };
}

/** What is wrong with a schedule, in words. */
export function schedulePlanProblems(name: string, plan: SchedulePlan, calendar: CronCalendar): string[] {
  const problems: string[] = [];
  if (typeof name !== 'string' || name.trim() === '' || name.length > LONGEST_SCHEDULE_NAME || name.includes('\0')) {
    problems.push(`its name must be a text of 1 to ${LONGEST_SCHEDULE_NAME} characters without NUL`);
  }
  const wrong = calendar.problem(plan.cron, plan.timeZone);
  if (wrong !== undefined) problems.push(wrong);
  if (!OVERLAPS.includes(plan.overlap)) problems.push(`overlap is "${plan.overlap}"; it is ${OVERLAPS.join(', ')}`);
  if (!(plan.catchUp in WINDOWS)) {
    problems.push(`catchUp is "${plan.catchUp}"; it is ${Object.keys(WINDOWS).join(', ')}`);
  }
  return problems;
}

/** @throws SagaError `INVALID_SCHEDULE` with all that is wrong. */
export function checkSchedulePlan(name: string, plan: SchedulePlan, calendar: CronCalendar): void {
  const problems = schedulePlanProblems(name, plan, calendar);
  if (problems.length === 0) return;
  throw new SagaError(
    'INVALID_SCHEDULE',
    `Schedule "${name}" cannot be: ${problems.join('; ')}.`,
    'Correct it; nothing was changed.',
  );
}

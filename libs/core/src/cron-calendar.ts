/** Knows when a cron expression is due, as a port: `cron()` of `reprise/cron` is one. Times are milliseconds since the epoch. */
export abstract class CronCalendar {
  /** What is wrong with the expression or the time zone, in words; undefined when both are right. */
  abstract problem(expression: string, timeZone: string): string | undefined;
  /** The first time after `after`; null when there is none any more. */
  abstract next(expression: string, timeZone: string, after: number): number | null;
  /** The last time up to and including `at`; null when there was none. */
  abstract latest(expression: string, timeZone: string, at: number): number | null;
}

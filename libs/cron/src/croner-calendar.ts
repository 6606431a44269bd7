import { Cron } from 'croner';
import { CronCalendar } from 'reprise/core';

/** More expressions than an application has; past it the oldest is read again. */
const KEPT = 1_000;

/**
 * Cron as croner reads it: five fields, six with seconds, seven with years, and `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`.
 * When the clocks change it does as Vixie's cron: a fixed time that a day lacks comes at the first moment after the gap, one that a day
 * has twice comes the first time only; `*` and steps go on through both.
 */
export class CronerCalendar extends CronCalendar {
  private readonly read = new Map<string, Cron>();

  override problem(expression: string, timeZone: string): string | undefined {
    if (typeof timeZone !== 'string' || timeZone.trim() === '') return 'the time zone is empty';
    if (!isZone(timeZone)) return `"${timeZone}" is not a time zone of the IANA database, such as "Europe/Berlin"`;
    // croner would take a date as an expression that is due once.
    if (typeof expression !== 'string' || /^\d{4}-/.test(expression.trim())) {
      return `"${String(expression)}" is not a cron expression`;
    }
    try {
      this.cron(expression, timeZone);
      return undefined;
    } catch (error) {
      return `"${expression}" is not a cron expression: ${(error as Error).message}`;
    }
  }

  override next(expression: string, timeZone: string, after: number): number | null {
    return this.cron(expression, timeZone).nextRun(new Date(after))?.getTime() ?? null;
  }

  override latest(expression: string, timeZone: string, at: number): number | null {
    // croner answers runs before its reference, to the second.
    const reference = new Date(Math.floor(at / 1_000) * 1_000 + 1_000);
    return this.cron(expression, timeZone).previousRuns(1, reference)[0]?.getTime() ?? null;
  }

  private cron(expression: string, timeZone: string): Cron {
    const key = `${timeZone} ${expression}`;
    let found = this.read.get(key);
    if (!found) {
      // Paused and without a function: it is asked for times and never sets a timer.
      found = new Cron(expression, { timezone: timeZone, paused: true });
      if (this.read.size >= KEPT) this.read.delete(this.read.keys().next().value!);
      this.read.set(key, found);
    }
    return found;
  }
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

import { CronerCalendar } from './croner-calendar.js';

/**
 * The calendar that schedules go by (law M7): cron expressions as croner reads them. It needs the package `croner`.
 * @example SagaModule.forRoot({ store, calendar: cron() })
 */
export function cron(): CronerCalendar {
  return new CronerCalendar();
}

export { cron } from './cron.js';
export { CronerCalendar } from './croner-calendar.js';

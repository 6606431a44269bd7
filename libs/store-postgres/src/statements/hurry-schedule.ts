import type { Statement } from './statement.js';

/** $1 an instance that has ended: makes the schedule due whose tick waits for it. Locks its row, which a worker holds for moments only. */
export const hurrySchedule: Statement = {
  name: 'hurry-schedule',
  text: (schema) => `
update ${schema}.schedule set due_at = now(), revision = revision + 1
where last_instance = $1::text and waiting_tick is not null and state = 'active'
returning 1 as hurried`,
};

import type { Statement } from './statement.js';

/** $1 name. Locks the row; a worker that is at it finds its change refused. */
export const deleteSchedule: Statement = {
  name: 'delete-schedule',
  text: (schema) => `delete from ${schema}.schedule where name = $1::text returning 1 as deleted`,
};

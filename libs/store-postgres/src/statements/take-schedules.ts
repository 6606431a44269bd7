import { SCHEDULE_COLUMNS } from './schedule-columns.js';
import { WITHIN_REACH } from './schedule-reach.js';
import type { Statement } from './statement.js';

/**
 * $1 to $3 see WITHIN_REACH, $4 limit, $5 milliseconds until another worker may take them.
 * Locks: `skip locked` lets many workers take at once and gives no schedule to two of them. It is not the lock that keeps a tick from
 * starting twice, since that is gone when the statement ends, but `due_at` and the id of the instance (law I1).
 */
export const takeSchedules: Statement = {
  name: 'take-schedules',
  text: (schema) => `
with due as materialized (
  select name from ${schema}.schedule
  where due_at <= now() and ${WITHIN_REACH}
  order by due_at
  limit $4::integer
  for no key update skip locked
)
update ${schema}.schedule set
  due_at = now() + $5::bigint * interval '1 millisecond',
  revision = schedule.revision + 1
from due where schedule.name = due.name
returning ${SCHEDULE_COLUMNS}, floor(extract(epoch from now()) * 1000)::bigint as now`,
};

import { WITHIN_REACH } from './schedule-reach.js';
import type { Statement } from './statement.js';

/** $1 to $3 see WITHIN_REACH: milliseconds until the next is due; no row when there is none. Reads one entry of the index. No lock. */
export const nearestSchedule: Statement = {
  name: 'nearest-schedule',
  text: (schema) => `
select ceil(extract(epoch from greatest(due_at - now(), interval '0')) * 1000)::bigint as wait
from ${schema}.schedule
where due_at is not null and ${WITHIN_REACH}
order by due_at
limit 1`,
};

import { SCHEDULE_COLUMNS } from './schedule-columns.js';
import type { Statement } from './statement.js';

/** $1 name. Takes no lock. */
export const readSchedule: Statement = {
  name: 'read-schedule',
  text: (schema) => `select ${SCHEDULE_COLUMNS} from ${schema}.schedule where name = $1::text`,
};

/** $1 the name to begin after or null, $2 limit: by name. Takes no lock. */
export const listSchedules: Statement = {
  name: 'list-schedules',
  text: (schema) => `
select ${SCHEDULE_COLUMNS} from ${schema}.schedule
where name > coalesce($1::text, '') collate "C"
order by name
limit $2::integer`,
};

/** $1 sagas: what stood in their code. Takes no lock. */
export const schedulesOfCode: Statement = {
  name: 'schedules-of-code',
  text: (schema) => `
select ${SCHEDULE_COLUMNS} from ${schema}.schedule
where origin = 'code' and saga = any($1::text[])`,
};

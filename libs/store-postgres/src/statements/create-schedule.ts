import { WRITTEN_COLUMNS, WRITTEN_VALUES } from './schedule-columns.js';
import type { Statement } from './statement.js';

/** $1 name, $2 revision, then WRITTEN_COLUMNS. No row: the name is taken. Locks nothing but the key; a rival that is on its way is waited for. */
export const createSchedule: Statement = {
  name: 'create-schedule',
  text: (schema) => `
insert into ${schema}.schedule (name, revision, ${WRITTEN_COLUMNS})
values ($1::text, $2::bigint, ${WRITTEN_VALUES})
on conflict do nothing
returning 1 as created`,
};

import { WRITTEN_COLUMNS, WRITTEN_VALUES } from './schedule-columns.js';
import type { Statement } from './statement.js';

/**
 * $1 name, $2 the revision that the writer has read, then WRITTEN_COLUMNS. No row: somebody else has changed it since.
 * Locks: the row. Of two that have read the same revision the second waits, and then finds another.
 */
export const changeSchedule: Statement = {
  name: 'change-schedule',
  text: (schema) => `
update ${schema}.schedule set (${WRITTEN_COLUMNS}) = row(${WRITTEN_VALUES}), revision = $2::bigint + 1
where name = $1::text and revision = $2::bigint
returning 1 as changed`,
};

import { SETTING_COLUMNS } from './setting-columns.js';
import type { Statement } from './statement.js';

/** Every kind of step with a limit or a pause. Takes no lock. */
export const readSettings: Statement = {
  name: 'read-settings',
  text: (schema) => `
select ${SETTING_COLUMNS} from ${schema}.step_limit
where coalesce(set_concurrency, concurrency, set_rate_count, rate_count) is not null or paused_at is not null`,
};

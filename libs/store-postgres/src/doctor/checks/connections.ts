import type { Check } from '../check.js';
import { findingsOf } from '../finding.js';

const { ok, warning, problem } = findingsOf('connections');

/** Whether the pools of all workers fit into the connections that the server, the database and the role allow. */
export const connections: Check = {
  name: 'connections',
  readsTables: true,
  async look({ ask, schema, pool }) {
    // A limit of -1 is none.
    const [row] = await ask(`
select least(
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer,
    nullif(role.rolconnlimit, -1), nullif(base.datconnlimit, -1)
  ) as allowed,
  (select count(*) from pg_stat_activity where backend_type = 'client backend') as used,
  (select count(*) from ${schema}.worker where freed_at is null and lease_until >= now()) as workers
from pg_roles role, pg_database base
where role.rolname = current_user and base.datname = current_database()`);
    const [allowed, used] = [Number(row!['allowed']), Number(row!['used'])];
    const workers = Math.max(1, Number(row!['workers']));
    const needed = workers * (pool + 1);
    const sum = `${workers} ${workers === 1 ? 'worker' : 'workers'} with a pool of ${pool} and a listening connection may need ${needed} of the ${allowed} connections that this role can have`;
    if (needed > allowed)
      return [problem(`${sum}.`, 'Lower `pool`, raise max_connections, or put a pooler in session mode in front.')];
    if (used > allowed * 0.9)
      return [
        warning(
          `${sum}, and ${used} are taken already, by whomever.`,
          'Look at pg_stat_activity for who holds them, or raise max_connections.',
        ),
      ];
    return [ok(`${sum}; ${used} are taken.`)];
  },
};

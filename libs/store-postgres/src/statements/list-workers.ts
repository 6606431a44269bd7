import type { Statement } from './statement.js';

/** Workers with a living lease and what each hosts, oldest first, with the database's clock. One row without a worker when there is none. Takes no locks. */
export const listWorkers: Statement = {
  name: 'list-workers',
  text: (schema) => `
select worker.id, worker.hosted,
  (extract(epoch from worker.started_at) * 1000)::bigint as started_at,
  (extract(epoch from worker.lease_until) * 1000)::bigint as lease_until,
  (extract(epoch from now()) * 1000)::bigint as now
from (select 1) as one
left join ${schema}.worker on worker.freed_at is null and worker.lease_until >= now()
order by worker.started_at, worker.id`,
};

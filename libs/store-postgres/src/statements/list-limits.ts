import { SETTING_COLUMNS } from './setting-columns.js';
import type { Statement } from './statement.js';

/** Every kind of step that ever had a limit or a pause, with its permits counted. For people: it reads every permit. Takes no lock. */
export const listLimits: Statement = {
  name: 'list-limits',
  text: (schema) => `
select ${SETTING_COLUMNS},
  step_limit.concurrency as declared_concurrency,
  step_limit.rate_count as declared_rate_count,
  step_limit.rate_per as declared_rate_per,
  coalesce(permits.held, 0) as held,
  coalesce(permits.waiting, 0) as waiting,
  floor(extract(epoch from permits.since) * 1000)::bigint as waiting_since
from ${schema}.step_limit
left join (
  select permit.shard, permit.saga, permit.step,
    count(*) filter (where granted_at is not null) as held,
    count(*) filter (where granted_at is null) as waiting,
    min(queued_at) filter (where granted_at is null) as since
  from ${schema}.permit
  where ended_at is null
    and not exists (select from ${schema}.worker where worker.id = permit.worker and worker.freed_at is not null)
  group by 1, 2, 3
) permits using (shard, saga, step)
order by saga, step`,
};

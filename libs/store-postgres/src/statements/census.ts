import type { Statement } from './statement.js';

/**
 * $1 the most to count: open instances by saga and version, and whether a worker with a living lease has that version.
 * Hops from version to version along the index of open instances, so that it takes no longer when many wait. Takes no locks.
 */
export const census: Statement = {
  name: 'census',
  text: (schema) => `
with recursive kind as (
  (
    select instance.saga, instance.version from ${schema}.instance
    where instance.closed_at is null
    order by instance.saga, instance.version
    limit 1
  )
  union all
  select following.saga, following.version
  from kind
  cross join lateral (
    select instance.saga, instance.version from ${schema}.instance
    where instance.closed_at is null and (instance.saga, instance.version) > (kind.saga, kind.version)
    order by instance.saga, instance.version
    limit 1
  ) following
)
select kind.saga, kind.version, counted.open, exists (
    select from ${schema}.worker
    cross join lateral json_array_elements(worker.hosted) as had(version)
    where worker.freed_at is null and worker.lease_until >= now()
      and had.version->>'saga' = kind.saga and (had.version->>'version')::integer = kind.version
  ) as hosted
from kind
cross join lateral (
  select count(*) as open from (
    select from ${schema}.instance
    where instance.closed_at is null and instance.saga = kind.saga and instance.version = kind.version
    limit $1::integer
  ) few
) counted
order by kind.saga collate "C", kind.version`,
};

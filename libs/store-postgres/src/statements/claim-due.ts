import type { Statement } from './statement.js';
import { SUMMARY_COLUMNS } from './summary-columns.js';

/**
 * $1 worker, $2 limit, $3 sagas, $4 versions: takes due instances, oldest first.
 * Locks: `skip locked` lets many workers claim at once and gives no instance to two of them (law W1). The worker's own row is taken
 * `for share`, so that it cannot be taken for dead between the look at it and the claim.
 * An instance with mail keeps its finite wake_at: that is how `unread` finds it.
 */
export const claimDue: Statement = {
  name: 'claim-due',
  text: (schema) => `
with alive as materialized (
  select id from ${schema}.worker where id = $1::uuid and freed_at is null for share
),
due as materialized (
  select shard, run from ${schema}.instance
  where owner is null and closed_at is null and wake_at <= now()
    and (saga, version) in (select * from unnest($3::text[], $4::integer[]))
  order by wake_at
  limit $2::integer
  for no key update skip locked
)
update ${schema}.instance set
  owner = alive.id,
  wake_at = case when instance.unread > 0 then instance.wake_at else 'infinity' end
from alive, due
where instance.shard = due.shard and instance.run = due.run
returning ${SUMMARY_COLUMNS}`,
};

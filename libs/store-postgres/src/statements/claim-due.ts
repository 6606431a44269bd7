import type { Statement } from './statement.js';
import { SUMMARY_COLUMNS } from './summary-columns.js';

/**
 * $1 worker, $2 limit, $3 hosted versions as `saga version`: takes due instances, oldest first.
 * Locks: `skip locked` lets many workers claim at once and gives no instance to two of them (law W1). The worker's own row is taken
 * `for share`, so that it cannot be taken for dead between the look at it and the claim.
 * `order by owner` orders nothing, all of them have none; it lets the index give them in order, so that a claim reads as many entries
 * as it takes, however many are due.
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
    and saga || ' ' || version = any($3::text[])
  order by owner, wake_at
  limit $2::integer
  for no key update skip locked
)
update ${schema}.instance set
  owner = alive.id,
  wake_at = case when instance.unread > 0 then instance.wake_at else 'infinity' end
from alive, due
where instance.shard = due.shard and instance.run = due.run
returning ${SUMMARY_COLUMNS}, instance.losses, instance.lost_at`,
};

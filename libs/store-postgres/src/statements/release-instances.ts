import type { Statement } from './statement.js';

/**
 * $1 worker, $2 shards, $3 runs, $4 milliseconds to wait (null: until a message comes).
 * Locks: the instance rows. The count of unread messages is read from the newest version of the row, so one that was posted while
 * this statement waited for its lock keeps the instance due.
 */
export const releaseInstances: Statement = {
  name: 'release-instances',
  text: (schema) => `
update ${schema}.instance set
  owner = null,
  wake_at = case
    when instance.unread > 0 then least(instance.wake_at, now())
    else coalesce(now() + back.wait * interval '1 millisecond', 'infinity')
  end
from (
  select * from unnest($2::smallint[], $3::uuid[], $4::bigint[]) with ordinality as t(shard, run, wait, place)
  where place between 1 and 1000000
) back
where instance.shard = back.shard and instance.run = back.run and instance.owner = $1::uuid`,
};

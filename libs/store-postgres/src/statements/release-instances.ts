import type { Statement } from './statement.js';

/**
 * $1 worker, $2 shards, $3 runs, $4 milliseconds to wait (null: until a message comes), $5 not run.
 * What was not run waits in spite of its mail, and what killed others before has not shown yet that it does so no more (law W5).
 * Locks: the instance rows. The count of unread messages is read from the newest version of the row, so one that was posted while
 * this statement waited for its lock keeps the instance due.
 */
export const releaseInstances: Statement = {
  name: 'release-instances',
  text: (schema) => `
update ${schema}.instance set
  owner = null,
  wake_at = case
    when instance.unread > 0 and not back.unrun then least(instance.wake_at, now())
    else coalesce(now() + back.wait * interval '1 millisecond', 'infinity')
  end,
  suspected = false,
  losses = case when back.unrun then instance.losses else 0 end
from (
  select * from unnest($2::smallint[], $3::uuid[], $4::bigint[], $5::boolean[]) with ordinality as t(shard, run, wait, unrun, place)
  where place between 1 and 1000000
) back
where instance.shard = back.shard and instance.run = back.run and instance.owner = $1::uuid`,
};

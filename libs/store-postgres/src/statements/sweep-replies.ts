import type { Statement } from './statement.js';

/**
 * $1 milliseconds, $2 how many: removes replies that are older, oldest first. Not hot: it goes by the time, over all shards.
 * Locks: the rows that it removes; those that somebody is just writing are left for the next time.
 */
export const sweepReplies: Statement = {
  name: 'sweep-replies',
  text: (schema) => `
with old as materialized (
  select shard, instance, message from ${schema}.reply
  where at < now() - $1::bigint * interval '1 millisecond'
  order by at
  limit $2::integer
  for update skip locked
),
removed as (
  delete from ${schema}.reply using old
  where reply.shard = old.shard and reply.instance = old.instance and reply.message = old.message
  returning 1
)
select count(*) as removed from removed`,
};

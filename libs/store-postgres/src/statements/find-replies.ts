import type { Statement } from './statement.js';

/** $1 shards, $2 ids of instances, $3 ids of messages: the replies that are there. Takes no lock. */
export const findReplies: Statement = {
  name: 'find-replies',
  text: (schema) => `
select asked.place::integer, found.reply
from unnest($1::smallint[], $2::text[], $3::text[]) with ordinality as asked(shard, instance, message, place)
cross join lateral (
  select reply.reply from ${schema}.reply
  where reply.shard = asked.shard and reply.instance = asked.instance and reply.message = asked.message
  limit 1
) found`,
};

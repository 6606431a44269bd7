import type { Statement } from './statement.js';

/**
 * $1 a number, $2 how many, $3 shard and $4 id of the one instance meant (null: all): orphans with lower numbers, newest first.
 * Takes no locks.
 */
export const listOrphans: Statement = {
  name: 'list-orphans',
  text: (schema) => `
select orphan.number, orphan.run, coalesce(instance.id, orphan.id) as id, orphan.reason, orphan.call, orphan.attempt, orphan.payload,
  floor(extract(epoch from orphan.at) * 1000)::bigint as at
from ${schema}.orphan
left join ${schema}.instance on instance.shard = orphan.shard and instance.run = orphan.run
where orphan.number < $1::bigint
  and ($3::smallint is null or (orphan.shard = $3::smallint and coalesce(instance.id, orphan.id) = $4::text))
order by orphan.number desc
limit $2::integer`,
};

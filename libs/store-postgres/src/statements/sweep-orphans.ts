import type { Statement } from './statement.js';

/**
 * $1 milliseconds, $2 a number, $3 how many: looks at so many orphans with higher numbers, in order, and removes those that are older and
 * of no instance. Answers the number up to which it looked; null: to the end. A walk, since an orphan does not know when its instance goes.
 * Locks: the rows that it removes; orphans never change.
 */
export const sweepOrphans: Statement = {
  name: 'sweep-orphans',
  text: (schema) => `
with looked as materialized (
  select orphan.number, orphan.shard, orphan.run, orphan.at from ${schema}.orphan
  where orphan.number > $2::bigint
  order by orphan.number
  limit $3::integer
),
removed as (
  delete from ${schema}.orphan
  using (
    select looked.number from looked
    where looked.at < now() - $1::bigint * interval '1 millisecond' and looked.number between 0 and 9223372036854775807
      and (
        select true from ${schema}.instance where instance.shard = looked.shard and instance.run = looked.run limit 1
      ) is null
  ) old
  where orphan.number = old.number
)
select case when count(*) = $3::integer then max(looked.number) end as upto from looked`,
};

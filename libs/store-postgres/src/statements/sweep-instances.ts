import { RUN_TABLES } from '../run-tables.js';
import type { Statement } from './statement.js';

/**
 * Retention: $1 sagas, $2 statuses, $3 milliseconds since the end, $4 how many at the most. Answers how many runs were removed, with all
 * that is kept of them.
 *
 * Locks: the instance rows, `for update`, before anything of them is touched; rows that somebody holds are skipped, so that a sweep waits
 * for nobody and two sweeps share the work. A start that reuses the id and comes second waits for the sweep and finds the id free; one that
 * comes first keeps its predecessor from this sweep. Nobody else writes to a run that has ended: claims and appends want it open.
 * A run whose messages to others are not delivered yet stays: its parent has not heard how it ended (law C6).
 * The rule `place between …` is always true and makes the planner expect few rows, so that it looks everything up by its key. It is about a
 * number of its own: of columns of the table PostgreSQL 17 and later knows the values, and is not to be told otherwise.
 */
export const sweepInstances: Statement = {
  name: 'sweep-instances',
  text: (schema) => `
with ended as materialized (
  select due.shard, due.run, row_number() over () as place
  from unnest($1::text[], $2::text[], $3::bigint[]) as policy(saga, status, keep)
  cross join lateral (
    select instance.shard, instance.run from ${schema}.instance
    where instance.saga = policy.saga and instance.status = policy.status
      and instance.closed_at < now() - policy.keep * interval '1 millisecond'
      and (
        select true from ${schema}.outgoing
        where outgoing.shard = instance.shard and outgoing.run = instance.run limit 1
      ) is null
    order by instance.closed_at
    limit $4::integer
    for update skip locked
  ) due
  limit $4::integer
),
removed as (
  delete from ${schema}.instance
  using (select * from ended where place between 1 and 1000000) ended
  where instance.shard = ended.shard and instance.run = ended.run
  returning 1
)${RUN_TABLES.map(
    (table) => `,
emptied_${table} as (
  delete from ${schema}.${table}
  using (select * from ended where place between 1 and 1000000) ended
  where ${table}.shard = ended.shard and ${table}.run = ended.run
)`,
  ).join('')}
select count(*) as removed from removed`,
};

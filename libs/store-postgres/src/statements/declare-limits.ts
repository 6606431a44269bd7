import type { Statement } from './statement.js';

/**
 * $1 sagas, $2 their limits as JSON: what code declares from now on. Kinds of steps without a declared limit keep their row, without one.
 * Locks: the rows that change; a worker that grants is waited for.
 */
export const declareLimits: Statement = {
  name: 'declare-limits',
  text: (schema) => `
with declared as materialized (
  select * from json_to_recordset($2::json)
    as t(shard smallint, saga text, step text, concurrency integer, rate_count integer, rate_per bigint)
),
dropped as (
  update ${schema}.step_limit as old set concurrency = null, rate_count = null, rate_per = null
  where saga = any($1::text[]) and (concurrency is not null or rate_count is not null)
    and not exists (select from declared where declared.saga = old.saga and declared.step = old.step)
)
insert into ${schema}.step_limit as old (shard, saga, step, concurrency, rate_count, rate_per)
select shard, saga, step, concurrency, rate_count, rate_per from declared order by shard, saga, step
on conflict (shard, saga, step) do update
set concurrency = excluded.concurrency, rate_count = excluded.rate_count, rate_per = excluded.rate_per
where (old.concurrency, old.rate_count, old.rate_per)
  is distinct from (excluded.concurrency, excluded.rate_count, excluded.rate_per)`,
};

import type { Statement } from './statement.js';

/**
 * $1 shard, $2 saga, $3 step, $4 concurrency, $5 and $6 rate, $7 true: what is null is not changed, false: all of it is set, $8 channel of
 * hints. Locks: the row of the limit; a worker that grants is waited for.
 */
export const setLimit: Statement = {
  name: 'set-limit',
  text: (schema) => `
with changed as (
  insert into ${schema}.step_limit as old (shard, saga, step, set_concurrency, set_rate_count, set_rate_per)
  values ($1::smallint, $2::text, $3::text, $4::integer, $5::integer, $6::bigint)
  on conflict (shard, saga, step) do update set
    set_concurrency = coalesce(excluded.set_concurrency, case when $7::boolean then old.set_concurrency end),
    set_rate_count = coalesce(excluded.set_rate_count, case when $7::boolean then old.set_rate_count end),
    set_rate_per = coalesce(excluded.set_rate_per, case when $7::boolean then old.set_rate_per end)
  returning 1
)
select pg_notify($8::text, 'limits')::text as hint from changed`,
};

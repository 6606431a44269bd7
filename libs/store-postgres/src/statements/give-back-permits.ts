import type { Statement } from './statement.js';

/**
 * $1 worker, $2 permits as JSON, $3 channel of hints: ends them; what a rate still counts stays, marked as ended.
 * Answers a row if somebody else waits for them, who gets a hint.
 * Locks: the permits. They are the worker's own.
 */
export const giveBackPermits: Statement = {
  name: 'give-back-permits',
  text: (schema) => `
with back as materialized (
  select t.*, coalesce(step_limit.set_rate_per, step_limit.rate_per) is not null as counted
  from json_to_recordset($2::json) as t(shard smallint, saga text, step text, id uuid)
  left join ${schema}.step_limit using (shard, saga, step)
),
gone as (
  delete from ${schema}.permit using back
  where permit.shard = back.shard and permit.id = back.id and permit.worker = $1::uuid
    and (permit.granted_at is null or not back.counted)
),
ended as (
  update ${schema}.permit set ended_at = now() from back
  where permit.shard = back.shard and permit.id = back.id and permit.worker = $1::uuid
    and permit.granted_at is not null and permit.ended_at is null and back.counted
)
select pg_notify($3::text, 'limits')::text as hint
where exists (
  select from back join ${schema}.permit using (shard, saga, step)
  where permit.granted_at is null and permit.worker <> $1::uuid
)`,
};

import type { Statement } from './statement.js';

/**
 * $1 worker, $2 the kinds of step it waits for as JSON, each with the room it has (null: for all): grants what can be granted to it.
 * One row: the ids granted, whether another worker was at it in the same moment, and the milliseconds until a rate lets the next through.
 *
 * Locks: the rows of `step_limit`, in their order, so that grants of one limit queue up. A statement that waited for such a lock
 * still counts permits as they were when it began. Therefore every grant moves `turn`, and a row whose `turn` has moved since this
 * statement began is left out: the caller looks again. Permits that are given back meanwhile only make room, and room may be missed.
 *
 * The next of a pool are read from the index in their order, as many as the pool lets through. Those of other workers among them are
 * left to them, unless they have no room (`full_workers`) or are dead. What dead workers held does not count and is removed; under a
 * rate it stays until the rate has forgotten it.
 */
export const takePermits: Statement = {
  name: 'take-permits',
  text: (schema) => `
with demand as materialized (
  select * from json_to_recordset($2::json) as t(shard smallint, saga text, step text, room integer)
),
seen as materialized (
  select shard, saga, step, step_limit.turn, demand.room
  from demand join ${schema}.step_limit using (shard, saga, step)
  where step_limit.paused_at is null
),
ours as materialized (
  select step_limit.shard, step_limit.saga, step_limit.step, step_limit.full_workers, seen.room,
    coalesce(step_limit.set_concurrency, step_limit.concurrency) as concurrency,
    coalesce(step_limit.set_rate_count, step_limit.rate_count) as rate_count,
    coalesce(step_limit.set_rate_per, step_limit.rate_per) * interval '1 millisecond' as rate_per
  from ${schema}.step_limit, seen
  where step_limit.shard = seen.shard and step_limit.saga = seen.saga and step_limit.step = seen.step
    and step_limit.turn = seen.turn and step_limit.paused_at is null
  order by step_limit.shard, step_limit.saga, step_limit.step
  for no key update of step_limit
),
dead as materialized (
  select id from ${schema}.worker where freed_at is not null
),
forgotten as (
  delete from ${schema}.permit using ours
  where permit.shard = ours.shard and permit.saga = ours.saga and permit.step = ours.step
    and permit.ended_at is not null and (ours.rate_per is null or permit.granted_at <= now() - ours.rate_per)
),
buried as (
  delete from ${schema}.permit using dead, ours
  where permit.worker = dead.id and permit.shard = ours.shard and permit.saga = ours.saga and permit.step = ours.step
    and permit.ended_at is null
    and (permit.granted_at is null or ours.rate_per is null or permit.granted_at <= now() - ours.rate_per)
),
pool as materialized (
  select distinct permit.shard, permit.saga, permit.step, permit.pool
  from ours join ${schema}.permit using (shard, saga, step)
  where permit.worker = $1::uuid and permit.granted_at is null
),
standing as materialized (
  select pool.pool, ours.*,
    least(ours.concurrency - held.permits, ours.rate_count - recent.permits) as free,
    case when recent.permits >= ours.rate_count then recent.oldest + ours.rate_per - now() end as reopens
  from pool join ours using (shard, saga, step)
  cross join lateral (
    select count(*) as permits from ${schema}.permit
    where permit.shard = pool.shard and permit.saga = pool.saga and permit.step = pool.step and permit.pool = pool.pool
      and permit.granted_at is not null and permit.ended_at is null and permit.worker not in (select id from dead)
  ) held
  cross join lateral (
    select count(*) as permits, min(permit.granted_at) as oldest from ${schema}.permit
    where permit.shard = pool.shard and permit.saga = pool.saga and permit.step = pool.step and permit.pool = pool.pool
      and permit.granted_at > now() - ours.rate_per
  ) recent
),
next as materialized (
  select standing.shard, standing.saga, standing.step, standing.room, waiting.id, waiting.worker,
    row_number() over (
      partition by standing.shard, standing.saga, standing.step, waiting.worker
      order by waiting.priority desc, waiting.turn, waiting.queued_at, waiting.id
    ) as place
  from standing
  cross join lateral (
    select permit.id, permit.worker, permit.priority, permit.turn, permit.queued_at from ${schema}.permit
    where permit.shard = standing.shard and permit.saga = standing.saga and permit.step = standing.step
      and permit.pool = standing.pool and permit.granted_at is null
      and (
        permit.worker = $1::uuid
        or (permit.worker <> all(standing.full_workers) and permit.worker not in (select id from dead))
      )
    order by permit.priority desc, permit.turn, permit.queued_at, permit.id
    limit case when standing.free < 0 then 0 else standing.free end
  ) waiting
),
granted as (
  update ${schema}.permit set granted_at = now()
  from next
  where permit.shard = next.shard and permit.id = next.id
    and next.worker = $1::uuid and (next.room is null or next.place <= next.room)
  returning permit.shard, permit.saga, permit.step, permit.id, permit.turn
),
outcome as materialized (
  select ours.shard, ours.saga, ours.step, count(granted.id) as permits, coalesce(max(granted.turn), 0) as turn,
    coalesce(ours.room <= count(granted.id), false) as is_full, $1::uuid = any(ours.full_workers) as was_full
  from ours left join granted using (shard, saga, step)
  group by ours.shard, ours.saga, ours.step, ours.room, ours.full_workers
),
moved as (
  update ${schema}.step_limit set
    turn = step_limit.turn + 1,
    served = greatest(step_limit.served, outcome.turn),
    full_workers = array(
      select worker from unnest(step_limit.full_workers) as worker
      where worker <> $1::uuid and worker not in (select id from dead)
    ) || case when outcome.is_full then array[$1::uuid] else '{}' end
  from outcome
  where step_limit.shard = outcome.shard and step_limit.saga = outcome.saga and step_limit.step = outcome.step
    and (outcome.permits > 0 or outcome.is_full <> outcome.was_full)
)
select
  (select json_agg(id) from granted) as granted,
  (select count(*) from seen) > (select count(*) from ours) as contended,
  (select ceil(extract(epoch from min(reopens)) * 1000)::bigint from standing) as retry_after`,
};

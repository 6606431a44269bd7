import type { Statement } from './statement.js';

/**
 * $1 worker, $2 requests as JSON: puts them into the queue, each with its turn: one after the last of its key, or after what was served
 * last. Two workers that queue for one key at once may give a turn twice; arrival decides then.
 * A request that is there already is left alone. None is taken from a worker that is dead.
 * Locks: the worker's own row `for share`, so that it cannot be taken for dead between the look at it and the insert.
 */
export const requestPermits: Statement = {
  name: 'request-permits',
  text: (schema) => `
with alive as materialized (
  select id from ${schema}.worker where id = $1::uuid and freed_at is null for share
),
request as materialized (
  select * from rows from (json_to_recordset($2::json) as (
    shard smallint, id uuid, saga text, step text, pool text, key text, priority double precision,
    instance_shard smallint, instance_run uuid, call integer
  )) with ordinality as t(shard, id, saga, step, pool, key, priority, instance_shard, instance_run, call, place)
),
known as (
  insert into ${schema}.step_limit (shard, saga, step)
  select distinct shard, saga, step from request order by shard, saga, step
  on conflict do nothing
),
last as materialized (
  select asked.shard, asked.saga, asked.step, asked.key,
    greatest(
      (select served from ${schema}.step_limit l where l.shard = asked.shard and l.saga = asked.saga and l.step = asked.step),
      (
        select permit.turn from ${schema}.permit
        where permit.shard = asked.shard and permit.saga = asked.saga and permit.step = asked.step and permit.key = asked.key
        order by permit.turn desc limit 1
      ),
      0
    ) as turn
  from (select distinct shard, saga, step, key from request) asked
)
insert into ${schema}.permit
  (shard, id, saga, step, pool, key, priority, turn, worker, instance_shard, instance_run, call, queued_at)
select shard, request.id, saga, step, pool, key, priority,
  last.turn + row_number() over (partition by shard, saga, step, key order by place),
  alive.id, instance_shard, instance_run, call, now() + place * interval '1 microsecond'
from alive cross join request join last using (shard, saga, step, key)
on conflict do nothing`,
};

import { EXPECTED_ROWS } from './expected-rows.js';
import type { Statement } from './statement.js';

/**
 * $1 worker, then arrays of equal length: $2 shard, $3 run, $4 call, $5 attempt, $6 details. Answers the places that were recorded: those
 * whose instance the worker owns (law W2).
 *
 * Locks: the worker's own row `for share`, as a claim does: it cannot be taken for dead before this is durable, so that nobody else has
 * the instance yet. The instance rows are not locked: a heartbeat is to hold up no append. Then the rows of the calls, which nobody but
 * this worker writes.
 */
export const recordProgress: Statement = {
  name: 'record-progress',
  text: (schema) => `
with alive as materialized (
  select id from ${schema}.worker where id = $1::uuid and freed_at is null for share
),
fenced as materialized (
  select incoming.place, incoming.shard, incoming.run, incoming.call, incoming.attempt, incoming.details
  from alive cross join rows from (
    unnest($2::smallint[]), unnest($3::uuid[]), unnest($4::integer[]), unnest($5::integer[]), unnest($6::json[]), ${EXPECTED_ROWS}
  ) with ordinality as incoming(shard, run, call, attempt, details, nothing, place)
  cross join lateral (
    select from ${schema}.instance
    where instance.shard = incoming.shard and instance.run = incoming.run and instance.owner = alive.id
    limit 1
  ) held
),
written as (
  insert into ${schema}.step_progress (shard, run, call, attempt, details)
  select shard, run, call, attempt, details from fenced
  on conflict (shard, run, call) do update
  set attempt = excluded.attempt, details = excluded.details, at = excluded.at
)
select place from fenced`,
};

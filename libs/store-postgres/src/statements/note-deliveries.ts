import { EXPECTED_ROWS } from './expected-rows.js';
import type { Statement } from './statement.js';

/**
 * $1 worker, then arrays of equal length: $2 shard, $3 run, $4 place, $5 attempt, $6 service, $7 operation, $8 when it was sent, in
 * milliseconds since the epoch. What the worker does not own is left out.
 * Locks: the rows of the calls, which nobody but the owner writes; the instance rows are not locked. A worker that was taken for dead a
 * moment ago can still write here: whoever reads compares the attempt.
 */
export const noteDeliveries: Statement = {
  name: 'note-deliveries',
  text: (schema) => `
insert into ${schema}.step_delivery (shard, run, place, attempt, service, operation, sent_at)
select incoming.shard, incoming.run, incoming.place, incoming.attempt, incoming.service, incoming.operation,
  to_timestamp(incoming.sent / 1000.0)
from rows from (
  unnest($2::smallint[]), unnest($3::uuid[]), unnest($4::integer[]), unnest($5::integer[]), unnest($6::text[]), unnest($7::text[]),
  unnest($8::bigint[]), ${EXPECTED_ROWS}
) as incoming(shard, run, place, attempt, service, operation, sent, nothing)
cross join lateral (
  select from ${schema}.instance
  where instance.shard = incoming.shard and instance.run = incoming.run and instance.owner = $1::uuid
  limit 1
) held
on conflict (shard, run, place) do update
set attempt = excluded.attempt, service = excluded.service, operation = excluded.operation, sent_at = excluded.sent_at`,
};

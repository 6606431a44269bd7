import type { Statement } from './statement.js';

/**
 * Group commit of the hot path: many turns that neither begin, end, nor give back their instance.
 * $1 worker, then arrays of equal length: $2 shard, $3 run, $4 seq, $5 at, $6 events.
 * Answers only the rows that were not written: their place in the arrays, and whether they are a repeat.
 *
 * Locks: the instance rows `for no key update`, so that taking an instance away from a dead worker waits for its last append, and
 * every append after that is refused (law W2). Readers and messages' foreign reads are not held up.
 *
 * The lateral lookup with `limit 1` leaves the planner no choice but one index lookup per row: it does not know how many rows come,
 * and a plan made while the table was small would go on reading all of it when it is big.
 */
export const appendTurns: Statement = {
  name: 'append-turns',
  text: (schema) => `
with incoming as materialized (
  select * from unnest($2::smallint[], $3::uuid[], $4::integer[], $5::bigint[], $6::json[])
    with ordinality as t(shard, run, seq, at, events, place)
),
fenced as materialized (
  select incoming.*, incoming.seq = 0 or previous.found is not null as follows
  from incoming
  cross join lateral (
    select from ${schema}.instance
    where instance.shard = incoming.shard and instance.run = incoming.run and instance.owner = $1::uuid
    limit 1 for no key update
  ) held
  left join lateral (
    select true as found from ${schema}.history
    where history.shard = incoming.shard and history.run = incoming.run and history.seq = incoming.seq - 1
    limit 1
  ) previous on true
),
written as (
  insert into ${schema}.history (shard, run, seq, at, events)
  select shard, run, seq, at, events from fenced where follows
  on conflict do nothing
  returning shard, run
)
select incoming.place::integer, coalesce(fenced.follows, false) as repeated
from incoming
left join fenced using (place)
left join written on written.shard = incoming.shard and written.run = incoming.run
where written.run is null`,
};

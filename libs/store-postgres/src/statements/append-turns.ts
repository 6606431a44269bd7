import { EXPECTED_ROWS } from './expected-rows.js';
import { fence } from './fence.js';
import type { Statement } from './statement.js';

/**
 * Group commit of the hot path: many turns that neither begin, end, nor give back their instance.
 * $1 worker, then arrays of equal length: $2 shard, $3 run, $4 seq, $5 at, $6 events.
 * A turn that is there already breaks the key and fails the statement: see appendTurnsAgain.
 * One row: whether one was not written; if so the runs that were, and those that the worker owns and whose turn fits or is a repeat.
 *
 * Locks: the instance rows `for no key update`, so that taking an instance away from a dead worker waits for its last append, and
 * every append after that is refused (law W2). Nobody who only reads is held up.
 *
 * The lateral lookups with `limit 1` leave the planner no choice but one index lookup per row: it does not know how many rows come,
 * and a plan made while the table was small would go on reading all of it when it is big.
 */
export const appendTurns: Statement = { name: 'append-turns', text: (schema) => textOf(schema, '') };

/** The same, skipping turns that are there already. Takes a third longer, so it is used only when the other ran into one of them. */
export const appendTurnsAgain: Statement = {
  name: 'append-turns-again',
  text: (schema) => textOf(schema, 'on conflict do nothing'),
};

function textOf(schema: string, onConflict: string): string {
  return `
with fenced as materialized (
  select incoming.shard, incoming.run, incoming.seq, incoming.at, incoming.events
  from rows from (
    unnest($2::smallint[]), unnest($3::uuid[]), unnest($4::integer[]), unnest($5::bigint[]), unnest($6::json[]), ${EXPECTED_ROWS}
  ) as incoming(shard, run, seq, at, events, nothing)
  ${fence(schema)}
),
written as (
  insert into ${schema}.history (shard, run, seq, at, events)
  select shard, run, seq, at, events from fenced
  ${onConflict}
  returning run
)
select missing,
  case when missing then (select json_agg(run) from written) end as written,
  case when missing then (select json_agg(run) from fenced) end as fenced
from (select (select count(*) from written) < cardinality($2::smallint[]) as missing) outcome`;
}

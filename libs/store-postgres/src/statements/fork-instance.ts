import type { Statement } from './statement.js';

/**
 * $1 shard, $2 run, $3 id, $4 saga, $5 version, $6 tags, $7 reuse, $8 times and $9 events of its turns, $10 channel of hints, $11 names, $12
 * values and $13 numbers of its tags, $14 the run that it replaces, or null. One row: it began. None: its id is taken, or what it replaces is
 * not the newest run of it.
 * Locks: the closed run that the id had before, as in append-and-change.
 */
export const forkInstance: Statement = {
  name: 'fork-instance',
  text: (schema) => `
with retired as (
  update ${schema}.instance set current = false
  where $7::boolean and shard = $1::smallint and id = $3::text and current and closed_at is not null
    and ($14::uuid is null or run = $14::uuid)
  returning 1
),
started as (
  insert into ${schema}.instance (shard, run, id, saga, version, status, retrying, tags, wake_at)
  select $1::smallint, $2::uuid, $3::text, $4::text, $5::integer, 'running', false, $6::json, now()
  from (select count(*) as runs from retired) after_retired
  where $14::uuid is null or after_retired.runs = 1
  on conflict do nothing
  returning shard, run
),
written as (
  insert into ${schema}.history (shard, run, seq, at, events)
  select started.shard, started.run, turn.place - 1, turn.at, turn.events
  from started, unnest($8::bigint[], $9::json[]) with ordinality as turn(at, events, place)
),
tagged as (
  insert into ${schema}.tag (shard, run, name, value, number, started_at)
  select started.shard, started.run, label.name, label.value, label.number, now()
  from started, unnest($11::text[], $12::text[], $13::double precision[]) as label(name, value, number)
)
select pg_notify($10::text, '')::text as hint from started`,
};

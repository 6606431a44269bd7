import { EXPECTED_ROWS } from './expected-rows.js';
import { fence } from './fence.js';
import type { Statement } from './statement.js';
import { writeCorrespondence } from './write-correspondence.js';
import { writeTags } from './write-tags.js';

/**
 * Group commit of turns of every sort: beginnings, changes of the head, ends, messages taken in, instances given back.
 * $1 worker (null: starts that nobody owns), then arrays of equal length: $2 shard, $3 run, $4 seq, $5 at, $6 events;
 * of starts $7 id, $8 saga, $9 version, $10 tags (also of heads), $11 reuse, $12 owned; of heads $13 status, $14 retrying, $15 error, $16 error code,
 * $17 closed; of releases $18 released, $19 milliseconds to wait (null: until a message comes). Then the messages taken in, flat:
 * $20 place of the turn, $21 message id. $22 channel of hints.
 * A turn that is there already breaks the key and fails the statement: see appendAndChangeAgain.
 * One row: as appendTurns, and the places of the turns that closed an instance with mail left.
 *
 * Locks: as in append-turns; beyond that
 * - `retired` takes the closed run that an id had before, so that two starts that reuse the id queue up behind each other;
 * - `started` relies on the unique index over current runs (law I1); it must run after `retired`, hence the join with its count;
 * - a start that nobody owns and that is released at once is a delayed one;
 * - `changed` touches only rows that `fenced` has locked. Its expressions read the newest version of the row, so a message that
 *   came in between keeps its count and keeps the instance due.
 * The rule `place between …` is always true and makes the planner expect few rows, so that it looks the instances up by their key.
 */
export const appendAndChange: Statement = { name: 'append-and-change', text: (schema) => textOf(schema, '') };

/** The same, skipping turns that are there already, as appendTurnsAgain. */
export const appendAndChangeAgain: Statement = {
  name: 'append-and-change-again',
  text: (schema) => textOf(schema, 'on conflict do nothing'),
};

/** The same, writing tags as well: see write-tags.ts. A statement apart, so that turns without tags pay nothing for them. */
export const appendAndTag: Statement = {
  name: 'append-and-tag',
  text: (schema) => textOf(schema, '', writeTags(schema)),
};

export const appendAndTagAgain: Statement = {
  name: 'append-and-tag-again',
  text: (schema) => textOf(schema, 'on conflict do nothing', writeTags(schema)),
};

/** The same with tags, and with replies and messages to other instances: see write-correspondence.ts. */
export const appendAndPost: Statement = {
  name: 'append-and-post',
  text: (schema) => textOf(schema, '', writeTags(schema), writeCorrespondence(schema)),
};

export const appendAndPostAgain: Statement = {
  name: 'append-and-post-again',
  text: (schema) => textOf(schema, 'on conflict do nothing', writeTags(schema), writeCorrespondence(schema)),
};

function textOf(schema: string, onConflict: string, tagging = '', posting = ''): string {
  return `
with incoming as materialized (
  select * from rows from (
    unnest($2::smallint[]), unnest($3::uuid[]), unnest($4::integer[]), unnest($5::bigint[]), unnest($6::json[]),
    unnest($7::text[]), unnest($8::text[]), unnest($9::integer[]), unnest($10::json[]),
    unnest($11::boolean[]), unnest($12::boolean[]),
    unnest($13::text[]), unnest($14::boolean[]), unnest($15::json[]), unnest($16::text[]), unnest($17::boolean[]),
    unnest($18::boolean[]), unnest($19::bigint[]), ${posting && 'unnest($27::json[]), '}${EXPECTED_ROWS}
  ) with ordinality as t(shard, run, seq, at, events,
    id, saga, version, tags, reuse, owned,
    status, retrying, error, error_code, closed, released, wait, ${posting && 'parent, '}nothing, place)
),
beginning as materialized (
  select * from incoming
  where id is not null
    and (not owned or exists (select from ${schema}.worker where worker.id = $1::uuid and worker.freed_at is null))
    and (
      select true from ${schema}.instance where instance.shard = incoming.shard and instance.run = incoming.run limit 1
    ) is null
),
retired as (
  update ${schema}.instance set current = false
  from (select shard, id from beginning where reuse and place between 1 and 1000000) successor
  where instance.shard = successor.shard and instance.id = successor.id
    and instance.current and instance.closed_at is not null
  returning 1
),
started as (
  insert into ${schema}.instance
    (shard, run, id, saga, version, status, retrying, error, error_code, tags, owner, wake_at, begins_at, closed_at${posting && ', parent'})
  select shard, run, id, saga, version, coalesce(status, 'running'), coalesce(retrying, false), error, error_code, tags,
    case when owned and not released and not closed then $1::uuid end,
    case
      when closed or (owned and not released) then 'infinity'
      when released then coalesce(now() + wait * interval '1 millisecond', 'infinity')
      else now()
    end,
    case when released and not owned then now() + wait * interval '1 millisecond' end,
    case when closed then now() end${posting && ', parent'}
  from beginning
  cross join (select count(*) from retired) after_retired
  on conflict do nothing
  returning shard, run
),
fenced as materialized (
  select incoming.*
  from incoming
  ${fence(schema)}
),
written as (
  insert into ${schema}.history (shard, run, seq, at, events)
  select shard, run, seq, at, events from fenced
  union all
  select shard, run, seq, at, events from incoming join started using (shard, run)
  ${onConflict}
  returning shard, run
),
read as materialized (
  select fenced.shard, fenced.run, letter.id, letter.number
  from rows from (unnest($20::integer[]), unnest($21::text[]), ${EXPECTED_ROWS})
    with ordinality as letter(place, id, nothing, number)
  join fenced using (place)
  join written using (shard, run)
),
consumed as (
  delete from ${schema}.message
  using (select * from read where number between 1 and 1000000) read
  where message.shard = read.shard and message.run = read.run and message.id = read.id
  returning message.shard, message.run
),
taken as materialized (
  select shard, run, count(*)::integer as messages from consumed group by shard, run
),
change as materialized (
  select fenced.*, coalesce(taken.messages, 0) as messages
  from fenced
  join written using (shard, run)
  left join taken using (shard, run)
  where status is not null or released or taken.messages is not null
),
changed as (
  update ${schema}.instance set${
    tagging &&
    `
    tags = coalesce(change.tags, instance.tags),`
  }
    status = coalesce(change.status, instance.status),
    retrying = coalesce(change.retrying, instance.retrying),
    error = case when change.status is null then instance.error else change.error end,
    error_code = case when change.status is null then instance.error_code else change.error_code end,
    unread = instance.unread - change.messages,
    owner = case when change.closed or change.released then null else instance.owner end,
    wake_at = case
      when change.closed then 'infinity'
      when instance.unread > change.messages then least(instance.wake_at, now())
      when change.released then coalesce(now() + change.wait * interval '1 millisecond', 'infinity')
      else 'infinity'
    end,
    closed_at = case when change.closed then now() end
  from (select * from change where place between 1 and 1000000) change
  where instance.shard = change.shard and instance.run = change.run
  returning change.place, change.closed and instance.unread > 0 as mail, instance.started_at
)${tagging}${posting}
select missing,
  case when missing then (select json_agg(run) from written) end as written,
  case when missing then (select json_agg(run) from fenced) end as fenced,
  (select json_agg(place) from changed where mail) as mail,
  case when $1::uuid is null and exists (select from started) then pg_notify($22::text, '')::text end as hint
from (select (select count(*) from written) < cardinality($2::smallint[]) as missing) outcome`;
}

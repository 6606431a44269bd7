import type { Statement } from './statement.js';

/**
 * $1 shard, $2 id, $3 message id, $4 kind, $5 name, $6 input, $7 channel of hints.
 * Answers `accepted`; or `closed` or `unknown`, with the message on record as an orphan.
 * A message id that is unread already breaks the unique key and rolls all of it back.
 *
 * Locks: the row of the newest run, first of all. It orders this message against others (it draws its number there), against a turn
 * that gives the instance back (which then sees the count), and against the end of the instance (which then is seen here).
 */
export const postMessage: Statement = {
  name: 'post-message',
  text: (schema) => `
with box as (
  update ${schema}.instance set
    posted = posted + 1,
    unread = unread + 1,
    wake_at = least(wake_at, now())
  where shard = $1::smallint and id = $2::text and current and closed_at is null
  returning shard, run, posted
),
stored as (
  insert into ${schema}.message (shard, run, number, id, kind, name, input)
  select shard, run, posted, $3::text, $4::text, $5::text, $6::json from box
  returning 1
),
newest as materialized (
  select run from ${schema}.instance where shard = $1::smallint and id = $2::text and current
),
refused as (
  insert into ${schema}.orphan (shard, run, id, reason, payload)
  select $1::smallint, (select run from newest), $2::text,
    case when exists (select from newest) then 'closed-instance' else 'unknown-instance' end,
    json_build_object('message', $3::text, 'kind', $4::text, 'name', $5::text, 'input', $6::json)
  where not exists (select from stored)
  returning reason
)
select case reason when 'closed-instance' then 'closed' else 'unknown' end as outcome from refused
union all
select 'accepted' from (select pg_notify($7::text, '') from stored) hinted`,
};

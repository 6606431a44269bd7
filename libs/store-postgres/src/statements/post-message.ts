import type { Statement } from './statement.js';

/**
 * $1 shard, $2 id, $3 message id, $4 kind, $5 name, $6 input, $7 channel of hints.
 * One row when it is accepted; none when there is no open run: see refuse-message.
 * A message id that is unread already breaks the unique key and rolls all of it back.
 * Signals and updates wait for the end of a delayed start; `greatest` passes over what is null.
 * An `undo` opens a run again that has completed (law C6).
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
    unread = 1 + case when closed_at is null then unread else (
      select count(*)::integer from ${schema}.message
      where message.shard = instance.shard and message.run = instance.run
    ) end,
    wake_at = least(wake_at, case when $4::text in ('signal', 'update') then greatest(now(), begins_at) else now() end),
    status = case when closed_at is null then status else 'compensating' end,
    closed_at = null
  where shard = $1::smallint and id = $2::text and current
    and (closed_at is null or ($4::text = 'undo' and status = 'completed'))
  returning shard, run, posted
),
stored as (
  insert into ${schema}.message (shard, run, number, id, kind, name, input)
  select shard, run, posted, $3::text, $4::text, $5::text, $6::json from box
  returning 1
)
select 'accepted' as outcome from (select pg_notify($7::text, '') from stored) hinted`,
};

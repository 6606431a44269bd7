import type { Statement } from './statement.js';

/**
 * $1 shard, $2 run, $3 run of the successor, $4 its version, $5 time and $6 events of its first turn: closes the one, begins the other
 * under the same id, and moves the mail.
 * Locks: as hold-instance, which comes first. `started` must come after `retired`, because of the unique index over current runs (law I1):
 * hence it reads from it.
 */
export const succeedInstance: Statement = {
  name: 'succeed-instance',
  text: (schema) => `
with retired as (
  update ${schema}.instance set
    current = false, status = 'continued', retrying = false, error = null, error_code = null,
    owner = null, wake_at = 'infinity', closed_at = now()
  where shard = $1::smallint and run = $2::uuid
  returning shard, id, saga, tags, parent, posted, unread
),
started as (
  insert into ${schema}.instance (shard, run, id, saga, version, status, retrying, tags, parent, wake_at, posted, unread)
  select shard, $3::uuid, id, saga, $4::integer, 'running', false, tags, parent, now(), posted, unread from retired
  returning shard, run
),
written as (
  insert into ${schema}.history (shard, run, seq, at, events)
  select shard, run, 0, $5::bigint, $6::json from started
),
moved as (
  update ${schema}.message set run = $3::uuid
  where shard = $1::smallint and run = $2::uuid
),
tagged as (
  insert into ${schema}.tag (shard, run, name, value, number, started_at)
  select shard, $3::uuid, name, value, number, now() from ${schema}.tag
  where shard = $1::smallint and run = $2::uuid
)
select run from started`,
};

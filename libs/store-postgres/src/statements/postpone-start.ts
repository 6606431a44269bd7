import type { Statement } from './statement.js';

/**
 * $1 shard, $2 run, $3 version, $4 time and $5 events of the first turn, $6 milliseconds until it begins, $7 milliseconds after its first
 * start at the latest (null: no matter how late). One row if it had not begun: what its history began with is replaced.
 * Locks: the instance row, first of all. A claim on its way skips the row; one that came first has made the instance somebody's, which the
 * newest version of the row tells. `least` passes over what is null. An earlier `wake_at` is that of a message that does not wait.
 */
export const postponeStart: Statement = {
  name: 'postpone-start',
  text: (schema) => `
with held as (
  update ${schema}.instance set
    version = $3::integer,
    begins_at = least(now() + $6::bigint * interval '1 millisecond', started_at + $7::bigint * interval '1 millisecond'),
    wake_at = case
      when wake_at < begins_at then wake_at
      else least(now() + $6::bigint * interval '1 millisecond', started_at + $7::bigint * interval '1 millisecond')
    end
  where shard = $1::smallint and run = $2::uuid and status = 'delayed' and owner is null and closed_at is null
  returning shard, run
),
replaced as (
  update ${schema}.history set at = $4::bigint, events = $5::json
  from held
  where history.shard = held.shard and history.run = held.run and history.seq = 0
)
select run from held`,
};

import type { Statement } from './statement.js';

/**
 * $1 shard, $2 saga, $3 step, $4 by, $5 reason, $6 channel of hints: pauses a kind of step, unless it is paused.
 * Locks: the row of the limit. A worker that is granting is waited for; one that waits for this lock finds the pause.
 */
export const pauseStep: Statement = {
  name: 'pause-step',
  text: (schema) => `
with changed as (
  insert into ${schema}.step_limit as old (shard, saga, step, paused_at, paused_by, pause_reason)
  values ($1::smallint, $2::text, $3::text, now(), $4::text, $5::text)
  on conflict (shard, saga, step) do update
  set paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason
  where old.paused_at is null
  returning 1
)
select pg_notify($6::text, 'limits')::text as hint from changed`,
};

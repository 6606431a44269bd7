import type { Statement } from './statement.js';

/** $1 shard, $2 saga, $3 step, $4 by, $5 channel of hints: ends a pause; one row if there was one. Locks: the row of the limit. */
export const resumeStep: Statement = {
  name: 'resume-step',
  text: (schema) => `
with changed as (
  update ${schema}.step_limit
  set paused_at = null, paused_by = null, pause_reason = null, resumed_at = now(), resumed_by = $4::text
  where shard = $1::smallint and saga = $2::text and step = $3::text and paused_at is not null
  returning 1
)
select pg_notify($5::text, 'limits')::text as hint from changed`,
};

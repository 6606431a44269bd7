import type { Statement } from './statement.js';

/** $1 subscriber, $2 cue, $3 channel of hints: tries a dead letter again, from its first attempt on. One row if there was one. Locks: its row. */
export const redeliverCue: Statement = {
  name: 'redeliver-cue',
  text: (schema) => `
with again as (
  update ${schema}.cue_delivery set state = 'pending', attempts = 0, due_at = now(), since = now(), settled_at = null
  where subscriber = $1::text and cue = $2::text and state = 'dead'
  returning 1
)
select pg_notify($3::text, 'cues')::text as hint from again`,
};

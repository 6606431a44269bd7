import type { Statement } from './statement.js';

/** $1 event, $2 marks, $3 id of a cue: the calls of open instances that wait for it. Takes no lock. */
export const waitingForCue: Statement = {
  name: 'waiting-for-cue',
  text: (schema) => `
select shard, run, call, id, array_to_json(marks) as marks, array_to_json(except_cues) as except_cues from ${schema}.cue_wait
where event = $1::text and marks[1] = any($2::text[]) and marks <@ $2::text[] and $3::text <> all(except_cues)
  and exists (
    select from ${schema}.instance
    where instance.shard = cue_wait.shard and instance.run = cue_wait.run and instance.closed_at is null
  )`,
};

import type { Statement } from './statement.js';

/** $1 shard, $2 run, $3 call, $4 id, $5 event, $6 marks, $7 cues that it has had: notes that the call waits. Locks: its row. */
export const awaitCue: Statement = {
  name: 'await-cue',
  text: (schema) => `
insert into ${schema}.cue_wait (shard, run, call, id, event, marks, except_cues)
values ($1::smallint, $2::uuid, $3::integer, $4::text, $5::text, $6::text[], $7::text[])
on conflict (shard, run, call) do update
set id = excluded.id, event = excluded.event, marks = excluded.marks, except_cues = excluded.except_cues`,
};

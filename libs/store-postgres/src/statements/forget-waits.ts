import type { Statement } from './statement.js';

/** $1 shards, $2 runs, $3 calls: these wait no longer. Locks: their rows. */
export const forgetWaits: Statement = {
  name: 'forget-waits',
  text: (schema) => `
delete from ${schema}.cue_wait
using unnest($1::smallint[], $2::uuid[], $3::integer[]) as over(shard, run, call)
where cue_wait.shard = over.shard and cue_wait.run = over.run and cue_wait.call = over.call`,
};

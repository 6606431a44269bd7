import { EXPECTED_ROWS } from './expected-rows.js';
import type { Statement } from './statement.js';

/** $1 shards, $2 runs, $3 calls: these have ended. Locks: their rows, which nobody but the caller writes. */
export const forgetProgress: Statement = {
  name: 'forget-progress',
  text: (schema) => `
delete from ${schema}.step_progress
using rows from (
  unnest($1::smallint[]), unnest($2::uuid[]), unnest($3::integer[]), ${EXPECTED_ROWS}
) as ended(shard, run, call, nothing)
where step_progress.shard = ended.shard and step_progress.run = ended.run and step_progress.call = ended.call`,
};

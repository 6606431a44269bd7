import type { Statement } from './statement.js';

/** $1 shard, $2 run, $3 call: what is on record of a transactional call. Takes no lock. */
export const findOutcome: Statement = {
  name: 'find-outcome',
  text: (schema) => `
select outcome from ${schema}.step_outcome where shard = $1::smallint and run = $2::uuid and call = $3::integer`,
};

import type { Statement } from './statement.js';

/**
 * $1 shard, $2 run, $3 call, $4 outcome. One row if it was recorded, none if something is on record already.
 * Locks: the key. Whoever comes second waits here until the first has committed, and then gets no row, or has rolled back, and then
 * is the first. At the end of a transaction, so that a body which hangs keeps nobody from the key.
 */
export const recordOutcome: Statement = {
  name: 'record-outcome',
  text: (schema) => `
insert into ${schema}.step_outcome (shard, run, call, outcome)
values ($1::smallint, $2::uuid, $3::integer, $4::json)
on conflict do nothing
returning call`,
};

import type { Statement } from './statement.js';

/** $1 milliseconds, $2 limit: messages between instances that have been on their way for longer. Takes no lock: sent twice is received once. */
export const findUnsent: Statement = {
  name: 'find-unsent',
  text: (schema) => `
select shard, run, message, to_shard, to_id, kind, name, input from ${schema}.outgoing
where at <= now() - $1::bigint * interval '1 millisecond'
order by at
limit $2::integer`,
};

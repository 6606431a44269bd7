import type { Statement } from './statement.js';

/** $1 shards, $2 runs, $3 ids of messages: these have arrived. Locks: their rows, which nobody else changes. */
export const forgetSent: Statement = {
  name: 'forget-sent',
  text: (schema) => `
delete from ${schema}.outgoing
using unnest($1::smallint[], $2::uuid[], $3::text[]) with ordinality as sent(shard, run, message, place)
where outgoing.shard = sent.shard and outgoing.run = sent.run and outgoing.message = sent.message`,
};

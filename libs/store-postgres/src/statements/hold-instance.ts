import type { Statement } from './statement.js';

/**
 * $1 worker, $2 shard, $3 run: the instance that gives way to its successor, if the worker owns it.
 * Locks: its row, for the rest of the transaction. A statement of its own before the others: a message that was accepted while this one
 * waited for the lock is only seen by the next.
 */
export const holdInstance: Statement = {
  name: 'hold-instance',
  text: (schema) => `
select id from ${schema}.instance
where shard = $2::smallint and run = $3::uuid and owner = $1::uuid and closed_at is null
for update`,
};

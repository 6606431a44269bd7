import type { Statement } from './statement.js';

/** $1 worker: the mail of the instances it owns. Takes no lock: messages leave only with a turn of this very worker. */
export const readUnread: Statement = {
  name: 'read-unread',
  text: (schema) => `
select instance.shard, instance.run, letter.id, letter.kind, letter.name, letter.input
from ${schema}.instance
cross join lateral (
  select message.id, message.kind, message.name, message.input, message.number from ${schema}.message
  where message.shard = instance.shard and message.run = instance.run
  order by message.number
  offset 0
) letter
where instance.owner = $1::uuid and instance.wake_at < 'infinity' and instance.closed_at is null
order by instance.wake_at, instance.shard, instance.run, letter.number`,
};

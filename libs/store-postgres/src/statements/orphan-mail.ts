import type { Statement } from './statement.js';

/**
 * $1 shards, $2 runs: what was in the mailbox of instances when they ended goes on record as orphans (law S7).
 * A statement of its own after the turn: only a new snapshot sees a message that was accepted while the turn waited for its lock.
 * Locks: the messages; nobody else touches those of an instance that has ended.
 */
export const orphanMail: Statement = {
  name: 'orphan-mail',
  text: (schema) => `
with mail as (
  delete from ${schema}.message
  using (
    select * from unnest($1::smallint[], $2::uuid[]) with ordinality as t(shard, run, place)
    where place between 1 and 1000000
  ) ended
  where message.shard = ended.shard and message.run = ended.run
  returning message.*
)
insert into ${schema}.orphan (shard, run, id, reason, payload)
select mail.shard, mail.run, instance.id, 'closed-instance',
  json_build_object('message', mail.id, 'kind', mail.kind, 'name', mail.name, 'input', mail.input)
from mail join ${schema}.instance using (shard, run)
order by mail.number`,
};

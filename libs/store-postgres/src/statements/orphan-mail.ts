import type { Statement } from './statement.js';

/**
 * $1 shards, $2 runs: what was in the mailbox of instances when they ended goes on record as orphans (law S7).
 * Who waits for an answer ($4 kinds of messages) gets $3, unless the message was answered before and had been sent again (law M3).
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
),
named as materialized (
  select mail.*, instance.id as instance from mail join ${schema}.instance using (shard, run)
),
answered as (
  insert into ${schema}.reply (shard, instance, message, reply)
  select shard, instance, id, $3::json from named where kind = any($4::text[])
  on conflict do nothing
)
insert into ${schema}.orphan (shard, run, id, reason, payload)
select shard, run, instance, 'closed-instance',
  json_build_object('message', id, 'kind', kind, 'name', name, 'input', input)
from named
order by number`,
};

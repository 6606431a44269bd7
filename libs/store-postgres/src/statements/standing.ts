import type { Statement } from './statement.js';

/**
 * How it stands with starts that were not written: is the run there after all (an earlier try went through), and whose is it?
 * $1 shards, $2 runs, $3 worker. Takes no lock; a statement of its own, because only a new snapshot sees what the other try
 * committed meanwhile.
 */
export const standing: Statement = {
  name: 'standing',
  text: (schema) => `
select asked.place::integer, found.run is not null as there, coalesce(found.owner = $3::uuid, false) as mine,
  exists (select from ${schema}.worker where worker.id = $3::uuid and worker.freed_at is null) as alive
from unnest($1::smallint[], $2::uuid[]) with ordinality as asked(shard, run, place)
left join lateral (
  select instance.run, instance.owner from ${schema}.instance
  where instance.shard = asked.shard and instance.run = asked.run limit 1
) found on true`,
};

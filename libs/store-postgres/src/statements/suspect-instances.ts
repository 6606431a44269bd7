import type { Statement } from './statement.js';

/**
 * $1 worker, $2 shards, $3 runs, $4 whether they are suspected: see `losses` (law W5).
 * Locks: the instance rows.
 */
export const suspectInstances: Statement = {
  name: 'suspect-instances',
  text: (schema) => `
update ${schema}.instance set suspected = $4::boolean
from (
  select * from unnest($2::smallint[], $3::uuid[]) with ordinality as t(shard, run, place)
  where place between 1 and 1000000
) of
where instance.shard = of.shard and instance.run = of.run and instance.owner = $1::uuid`,
};

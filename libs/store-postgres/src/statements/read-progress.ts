import { EXPECTED_ROWS } from './expected-rows.js';
import type { Statement } from './statement.js';

/** $1 shards, $2 runs: how far the open calls of these runs have come, by run and call. Takes no lock. */
export const readProgress: Statement = {
  name: 'read-progress',
  text: (schema) => `
select asked.place, found.call, found.attempt, found.details, found.at
from rows from (unnest($1::smallint[]), unnest($2::uuid[]), ${EXPECTED_ROWS}) with ordinality as asked(shard, run, nothing, place)
cross join lateral (
  select call, attempt, details, floor(extract(epoch from at) * 1000)::bigint as at
  from ${schema}.step_progress
  where step_progress.shard = asked.shard and step_progress.run = asked.run
  limit 1000000
) found
order by asked.place, found.call`,
};

import type { Statement } from './statement.js';
import { SUMMARY_COLUMNS } from './summary-columns.js';

/** $1 shards, $2 ids: the newest run of each. Takes no lock. */
export const findInstances: Statement = {
  name: 'find-instances',
  text: (schema) => `
select ${SUMMARY_COLUMNS}
from unnest($1::smallint[], $2::text[]) as asked(shard, id)
cross join lateral (
  select * from ${schema}.instance
  where instance.shard = asked.shard and instance.id = asked.id and instance.current
  limit 1
) instance`,
};

import type { Statement } from './statement.js';

/** $1 shard, $2 run: its requests that were under way for long, by call. Takes no lock. */
export const readDeliveries: Statement = {
  name: 'read-deliveries',
  text: (schema) => `
select place, attempt, service, operation, floor(extract(epoch from sent_at) * 1000)::bigint as sent_at
from ${schema}.step_delivery where shard = $1::smallint and run = $2::uuid
order by place`,
};

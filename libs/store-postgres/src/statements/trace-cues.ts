import { EXPECTED_ROWS } from './expected-rows.js';
import type { Statement } from './statement.js';

/**
 * $1 shard and $2 run of an instance, $3 ids of cues that it emitted: what became of each, one row for each subscriber; one without a
 * subscriber for a cue that has not left the instance yet. Takes no lock.
 */
export const traceCues: Statement = {
  name: 'trace-cues',
  text: (schema) => `
select asked.id, found.*
from rows from (unnest($3::text[]), ${EXPECTED_ROWS}) as asked(id, nothing)
cross join lateral (
  select subscriber, state, attempts, error,
    floor(extract(epoch from sent_at) * 1000)::bigint as sent_at,
    floor(extract(epoch from received_at) * 1000)::bigint as received_at,
    floor(extract(epoch from handled_at) * 1000)::bigint as handled_at,
    floor(extract(epoch from settled_at) * 1000)::bigint as settled_at,
    floor(extract(epoch from due_at) * 1000)::bigint as due_at
  from ${schema}.cue_delivery where cue_delivery.cue = asked.id
  union all
  select null, 'leaving', 0, null, null, null, null, null, null
  from ${schema}.outgoing
  where outgoing.shard = $1::smallint and outgoing.run = $2::uuid and outgoing.message = asked.id
  limit 1000000
) found
order by asked.id, found.subscriber`,
};

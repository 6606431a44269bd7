import { CUE_COLUMNS } from './cue-columns.js';
import type { Statement } from './statement.js';

/** $1 limit: deliveries that were given up, oldest first. Takes no lock. */
export const listDeadCues: Statement = {
  name: 'list-dead-cues',
  text: (schema) => `
select delivery.subscriber, delivery.attempts, delivery.error,
  floor(extract(epoch from delivery.settled_at) * 1000)::bigint as given_up_at, ${CUE_COLUMNS}
from ${schema}.cue_delivery delivery join ${schema}.cue on cue.id = delivery.cue
where delivery.state = 'dead'
order by delivery.settled_at, delivery.number
limit $1::integer`,
};

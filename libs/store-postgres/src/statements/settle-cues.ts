import type { Statement } from './statement.js';

/**
 * $1 subscribers, $2 cues, $3 attempts, $4 outcomes, $5 milliseconds until the next attempt, $6 errors,
 * $7 and $8 when the subscriber received and handled it, in milliseconds since the epoch. Word of an attempt that somebody
 * else has taken over since counts only if it is that the cue was delivered. Locks: the rows of the deliveries.
 */
export const settleCues: Statement = {
  name: 'settle-cues',
  text: (schema) => `
update ${schema}.cue_delivery delivery set
  state = case told.outcome when 'retry' then 'pending' else told.outcome end,
  due_at = case told.outcome when 'retry' then now() + told.after * interval '1 millisecond' else delivery.due_at end,
  settled_at = case told.outcome when 'retry' then null else now() end,
  error = coalesce(told.error, delivery.error),
  received_at = to_timestamp(told.received / 1000.0),
  handled_at = to_timestamp(told.handled / 1000.0)
from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::bigint[], $6::json[], $7::bigint[], $8::bigint[])
  as told(subscriber, cue, attempt, outcome, after, error, received, handled)
where delivery.subscriber = told.subscriber and delivery.cue = told.cue and delivery.state = 'pending'
  and (told.outcome = 'delivered' or delivery.attempts = told.attempt)`,
};

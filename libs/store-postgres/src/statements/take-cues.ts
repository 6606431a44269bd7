import { CUE_COLUMNS } from './cue-columns.js';
import type { Statement } from './statement.js';

/**
 * $1 subscribers, $2 how many for each, $3 milliseconds until another courier may take them. Of one key only the oldest is taken, and
 * only when it is settled for good the next.
 * Locks: the rows that it takes; `skip locked` lets many couriers take at once and gives no delivery to two of them.
 */
export const takeCues: Statement = {
  name: 'take-cues',
  text: (schema) => `
with ready as materialized (
  select delivery.subscriber, delivery.cue
  from unnest($1::text[], $2::integer[]) as room(subscriber, room)
  cross join lateral (
    select waiting.subscriber, waiting.cue from ${schema}.cue_delivery waiting
    where waiting.subscriber = room.subscriber and waiting.state = 'pending' and waiting.due_at <= now()
      and not exists (
        select from ${schema}.cue_delivery earlier
        where earlier.subscriber = waiting.subscriber and earlier.key = waiting.key and earlier.state = 'pending'
          and earlier.number < waiting.number
      )
    order by waiting.number
    limit room.room
    for no key update skip locked
  ) delivery
),
taken as (
  update ${schema}.cue_delivery delivery set
    attempts = delivery.attempts + 1,
    due_at = now() + $3::bigint * interval '1 millisecond',
    sent_at = coalesce(delivery.sent_at, now()),
    error = null
  from ready
  where delivery.subscriber = ready.subscriber and delivery.cue = ready.cue
  returning delivery.subscriber, delivery.cue, delivery.attempts, delivery.since, delivery.number
)
select taken.subscriber, taken.attempts, floor(extract(epoch from now() - taken.since) * 1000)::bigint as age,
  not exists (
    select from ${schema}.cue_delivery other where other.cue = taken.cue and other.subscriber <> taken.subscriber
  ) as alone,
  ${CUE_COLUMNS}
from taken join ${schema}.cue on cue.id = taken.cue
order by taken.number`,
};

import type { Statement } from './statement.js';

/** $1 subscribers; $2 subscriber and $3 event of each subscription: from here on they hear these and nothing else. Locks: the rows that change. */
export const subscribeCues: Statement = {
  name: 'subscribe-cues',
  text: (schema) => `
with heard as materialized (select subscriber, event from unnest($2::text[], $3::text[]) as heard(subscriber, event)),
gone as (
  delete from ${schema}.cue_subscription
  where subscriber = any($1::text[]) and not exists (
    select from heard where heard.subscriber = cue_subscription.subscriber and heard.event = cue_subscription.event
  )
)
insert into ${schema}.cue_subscription (subscriber, event) select subscriber, event from heard
on conflict do nothing`,
};

/**
 * The part of a statement that publishes the rows of `published` (id, event, key, payload, links, place) in their order: each to
 * everybody who hears it now. One whose id is known is left out, so that it is published once.
 * Others are hinted at it only if somebody hears it whom the caller does not serve: transactions that notify commit one after the other,
 * whatever they do besides.
 * Locks: none but those of the rows it inserts, and with a hint that of all commits with hints.
 * @param channel and @param served: which parameters the channel of hints and the subscribers of the caller are
 */
export function publishTail(schema: string, channel: string, served: string): string {
  return `
fresh as (
  insert into ${schema}.cue (id, event, key, payload, links, marks)
  select id, event, key, payload, links, array(select json_array_elements_text(links -> 'marks'))
  from published order by place
  on conflict (id) do nothing
  returning id, number, event, key
),
delivery as (
  insert into ${schema}.cue_delivery (subscriber, cue, key, number)
  select hearing.subscriber, fresh.id, fresh.key, fresh.number
  from fresh cross join lateral (
    select 'instances' as subscriber
    union all
    select subscriber from ${schema}.cue_subscription where cue_subscription.event = fresh.event
  ) hearing
  on conflict do nothing
  returning subscriber
)
select pg_notify(${channel}::text, 'cues')::text as hint
from (select 1 from delivery where subscriber <> all(${served}::text[]) limit 1) elsewhere`;
}

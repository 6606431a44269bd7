import type { Statement } from './statement.js';

/**
 * $1 milliseconds, $2 limit: removes cues that are older and on their way to nobody, with their deliveries. Answers how many.
 * Locks: the rows that it removes; `skip locked` lets several workers share the work.
 */
export const sweepCues: Statement = {
  name: 'sweep-cues',
  text: (schema) => `
with old as materialized (
  select cue.id from ${schema}.cue
  where cue.at < now() - $1::bigint * interval '1 millisecond'
    and not exists (
      select from ${schema}.cue_delivery delivery where delivery.cue = cue.id and delivery.state <> 'delivered'
    )
  order by cue.at
  limit $2::integer
  for update skip locked
),
delivered as (
  delete from ${schema}.cue_delivery using old where cue_delivery.cue = old.id
),
removed as (
  delete from ${schema}.cue using old where cue.id = old.id returning 1
)
select count(*) as removed from removed`,
};

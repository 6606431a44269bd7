import type { Statement } from './statement.js';

/**
 * $1 subscriber, $2 cue: drops that dead letter; without a cue, all that is on its way to the subscriber, and what it hears.
 * Answers how many deliveries were dropped. Locks: the rows that it removes.
 */
export const discardCues: Statement = {
  name: 'discard-cues',
  text: (schema) => `
with dropped as (
  delete from ${schema}.cue_delivery
  where subscriber = $1::text and ($2::text is null or (cue = $2::text and state = 'dead'))
  returning 1
),
deaf as (
  delete from ${schema}.cue_subscription where subscriber = $1::text and $2::text is null
)
select count(*) as dropped from dropped`,
};

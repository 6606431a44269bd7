import { EXPECTED_ROWS } from './expected-rows.js';

/**
 * The part of an append that answers messages and sends some: flat arrays after those of write-tags, each with the place of its turn.
 * $27 parents (one per turn), replies $28 place, $29 message, $30 reply; messages $31 place, $32 message id, $33 shard and $34 id of the
 * receiver, $35 kind, $36 name, $37 input.
 * Only for turns that were written. Locks: none but those of the rows it inserts; a reply that was there is replaced: the last word holds.
 */
export function writeCorrespondence(schema: string): string {
  return `,
replied as (
  insert into ${schema}.reply (shard, instance, message, reply)
  select incoming.shard, coalesce(incoming.id, addressed.id), note.message, note.reply
  from rows from (unnest($28::integer[]), unnest($29::text[]), unnest($30::json[]), ${EXPECTED_ROWS})
    as note(place, message, reply, nothing)
  join incoming using (place)
  join written using (shard, run)
  left join lateral (
    select instance.id from ${schema}.instance
    where instance.shard = incoming.shard and instance.run = incoming.run limit 1
  ) addressed on true
  on conflict (shard, instance, message) do update set reply = excluded.reply, at = now()
),
sent as (
  insert into ${schema}.outgoing (shard, run, message, to_shard, to_id, kind, name, input)
  select incoming.shard, incoming.run, letter.message, letter.to_shard, letter.to_id, letter.kind, letter.name, letter.input
  from rows from (
    unnest($31::integer[]), unnest($32::text[]), unnest($33::smallint[]), unnest($34::text[]),
    unnest($35::text[]), unnest($36::text[]), unnest($37::json[]), ${EXPECTED_ROWS}
  ) as letter(place, message, to_shard, to_id, kind, name, input, nothing)
  join incoming using (place)
  join written using (shard, run)
  on conflict do nothing
)`;
}

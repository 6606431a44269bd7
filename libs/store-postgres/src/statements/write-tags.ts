import { EXPECTED_ROWS } from './expected-rows.js';

/**
 * The part of append-and-change that writes tags: of every turn that says something about them, the tags that the run has from now on.
 * $23 place of the turn, $24 name, $25 value, $26 number, flat. Follows the CTEs `started` and `changed`.
 * Locks: only rows of runs whose instance row this statement has locked or inserted, so nobody else writes them.
 */
export function writeTags(schema: string): string {
  return `,
tagged as materialized (
  select incoming.place, incoming.shard, incoming.run, now() as started_at
  from incoming join started using (shard, run)
  union all
  select incoming.place, incoming.shard, incoming.run, changed.started_at
  from incoming join changed using (place)
  where incoming.tags is not null
),
wanted as materialized (
  select tagged.shard, tagged.run, label.name, label.value, label.number, tagged.started_at
  from rows from (unnest($23::integer[]), unnest($24::text[]), unnest($25::text[]), unnest($26::double precision[]), ${EXPECTED_ROWS})
    as label(place, name, value, number, nothing)
  join tagged using (place)
),
untagged as (
  delete from ${schema}.tag
  using (select * from tagged where place between 1 and 1000000) tagged
  where tag.shard = tagged.shard and tag.run = tagged.run
    and not exists (select from wanted where wanted.run = tag.run and wanted.name = tag.name)
),
tagging as (
  insert into ${schema}.tag (shard, run, name, value, number, started_at)
  select shard, run, name, value, number, started_at from wanted
  on conflict (shard, run, name) do update set value = excluded.value, number = excluded.number
  where tag.value <> excluded.value
)`;
}

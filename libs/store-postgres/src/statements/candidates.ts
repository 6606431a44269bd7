/**
 * Where a list begins: the CTE `candidate(shard, run, started_at)`, up to $6 runs that began before ($3 time, $4 run) and not before $5,
 * newest first. Conditions that no index serves are looked at afterwards, see matches.ts; so however rare a match is, one call looks at
 * $6 runs at the most.
 */

/** $19 name and $20 value of a tag: the runs that have it, read off the index in order. */
export function candidatesByTag(schema: string): string {
  return `candidate as materialized (
  select tag.shard, tag.run, tag.started_at from ${schema}.tag
  where tag.name = $19::text and tag.value = $20::text
    and (tag.started_at, tag.run) < ($3::timestamptz, $4::uuid) and tag.started_at >= $5::timestamptz
  order by tag.started_at desc, tag.run desc
  limit $6::integer
)`;
}

/**
 * $1 sagas, $2 statuses (null: all). First which pairs of saga and status there are, hopping from one to the next along the index; then the
 * newest of each pair. So one index serves lists of one saga, of one status, of both and of neither.
 */
export function candidatesByKind(schema: string): string {
  return `recursive kind as (
  (select instance.saga, instance.status from ${schema}.instance order by instance.saga, instance.status limit 1)
  union all
  select following.saga, following.status
  from kind
  cross join lateral (
    select instance.saga, instance.status from ${schema}.instance
    where (instance.saga, instance.status) > (kind.saga, kind.status)
    order by instance.saga, instance.status
    limit 1
  ) following
),
candidate as materialized (
  select newest.shard, newest.run, newest.started_at
  from kind
  cross join lateral (
    select instance.shard, instance.run, instance.started_at from ${schema}.instance
    where instance.saga = kind.saga and instance.status = kind.status
      and (instance.started_at, instance.run) < ($3::timestamptz, $4::uuid) and instance.started_at >= $5::timestamptz
    order by instance.started_at desc, instance.run desc
    limit $6::integer
  ) newest
  where ($1::text[] is null or kind.saga = any($1::text[])) and ($2::text[] is null or kind.status = any($2::text[]))
  order by newest.started_at desc, newest.run desc
  limit $6::integer
)`;
}

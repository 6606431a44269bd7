/**
 * The candidates for which every condition holds, as `instance`. $1 sagas, $2 statuses, $7 version, $8 error code, $9 retrying,
 * $10 beginning of the id, $11 and $12 closed from and to; null: any. Of tags: $13 names, $14 values (null: a range), $15 is it of
 * dates, $16 from, $17 to.
 * The laterals with `limit 1` make the planner look each run up by its key, however many it expects.
 */
export function matches(schema: string): string {
  return `candidate
cross join lateral (
  select * from ${schema}.instance
  where instance.shard = candidate.shard and instance.run = candidate.run
  limit 1
) instance
where ($1::text[] is null or instance.saga = any($1::text[]))
  and ($2::text[] is null or instance.status = any($2::text[]))
  and ($7::integer is null or instance.version = $7::integer)
  and ($8::text is null or instance.error_code = $8::text)
  and ($9::boolean is null or instance.retrying = $9::boolean)
  and ($10::text is null or starts_with(instance.id, $10::text))
  and ($11::timestamptz is null or instance.closed_at >= $11::timestamptz)
  and ($12::timestamptz is null or instance.closed_at < $12::timestamptz)
  and not exists (
    select from unnest($13::text[], $14::text[], $15::boolean[], $16::double precision[], $17::double precision[])
      as wanted(name, value, dates, low, high)
    where (
      select true from ${schema}.tag
      where tag.shard = candidate.shard and tag.run = candidate.run and tag.name = wanted.name
        and case when wanted.value is not null then tag.value = wanted.value
          else tag.number >= wanted.low and tag.number < wanted.high and starts_with(tag.value, '{') = wanted.dates
        end
      limit 1
    ) is null
  )`;
}

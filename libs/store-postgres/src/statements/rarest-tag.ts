import type { Statement } from './statement.js';

/** $1 names, $2 values: the place of the tag that the fewest runs have, counted up to 1,000. Takes no locks. */
export const rarestTag: Statement = {
  name: 'rarest-tag',
  text: (schema) => `
select wanted.place::integer
from unnest($1::text[], $2::text[]) with ordinality as wanted(name, value, place)
cross join lateral (
  select count(*) as runs
  from (select from ${schema}.tag where tag.name = wanted.name and tag.value = wanted.value limit 1000) few
) counted
order by counted.runs, wanted.place
limit 1`,
};

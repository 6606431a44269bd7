import { candidatesByKind, candidatesByTag } from './candidates.js';
import { matches } from './matches.js';
import type { Statement } from './statement.js';
import { SUMMARY_COLUMNS } from './summary-columns.js';

/**
 * A page of runs, newest first: $18 how many at the most, the rest as in candidates.ts and matches.ts.
 * At least one row: every row says how many candidates there were and where the last one stands; without a match `id` is null.
 * Takes no locks.
 */
export const listByKind: Statement = {
  name: 'list-by-kind',
  text: (schema) => textOf(candidatesByKind(schema), schema),
};

export const listByTag: Statement = {
  name: 'list-by-tag',
  text: (schema) => textOf(candidatesByTag(schema), schema),
};

function textOf(candidates: string, schema: string): string {
  return `
with ${candidates},
looked as (
  select count(*)::integer as candidates from candidate
)
select looked.candidates, ${microseconds('last.started_at')} as last_at, last.run as last_run, page.*
from looked
left join lateral (
  select candidate.run, candidate.started_at from candidate
  order by candidate.started_at, candidate.run
  limit 1
) last on true
left join lateral (
  select ${SUMMARY_COLUMNS}, ${microseconds('instance.started_at')} as listed_at
  from ${matches(schema)}
  order by instance.started_at desc, instance.run desc
  limit $18::integer
) page on true
order by page.listed_at desc, page.run desc`;
}

/** As a whole number: exact, where a floating-point time would not be. */
function microseconds(column: string): string {
  return `round(extract(epoch from ${column}) * 1000000)::bigint`;
}

import { candidatesByKind, candidatesByTag } from './candidates.js';
import { matches } from './matches.js';
import type { Statement } from './statement.js';

/**
 * One row: how many candidates there were, and how many of them match, up to $18. The rest as in candidates.ts and matches.ts.
 * Takes no locks.
 */
export const countByKind: Statement = {
  name: 'count-by-kind',
  text: (schema) => textOf(candidatesByKind(schema), schema),
};

export const countByTag: Statement = {
  name: 'count-by-tag',
  text: (schema) => textOf(candidatesByTag(schema), schema),
};

function textOf(candidates: string, schema: string): string {
  return `
with ${candidates}
select (select count(*) from candidate) as candidates, 
  (select count(*) from (select from ${matches(schema)} limit $18::integer) matching) as matching`;
}

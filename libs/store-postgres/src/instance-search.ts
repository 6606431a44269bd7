import type { InstanceFilter, InstancePosition, TagCondition } from 'reprise/core';
import { binaryArray } from './binary-array.js';
import type { Parameter } from './connection.js';
import { textOfTag } from './tag-columns.js';

/** The parameters of a list or a count. */
export interface Search {
  /** Name and value of the tag that leads to the candidates; without one, saga and status do. */
  readonly tag: readonly [name: string, value: string] | undefined;
  /** Tags that could lead. */
  readonly choices: readonly (readonly [name: string, value: string])[];
  /** True when every candidate matches: nothing is left to be looked at. */
  readonly isIndexed: boolean;
  /** $1 to $18, see candidates.ts and matches.ts. */
  parameters(before: InstancePosition, candidates: number, rows: number): Parameter[];
}

/** Before every instance. */
export const FIRST_POSITION: InstancePosition = { startedAt: Infinity, run: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };
const LEAST_RUN = '00000000-0000-0000-0000-000000000000';

/** @param lead which of the choices leads */
export function searchOf(filter: InstanceFilter, lead: number): Search {
  const tags = filter.tags ?? [];
  const choices = tags.flatMap((tag) => ('equals' in tag ? [[tag.name, textOfTag(tag.equals)] as const] : []));
  const tag = choices[lead];
  const rest = tag
    ? tags.filter((other) => !('equals' in other) || textOfTag(other.equals) !== tag[1] || other.name !== tag[0])
    : tags;
  const { sagas, statuses, version, errorCode, retrying, idPrefix, started, closed } = filter;
  const others = [version, errorCode, retrying, idPrefix, closed, ...(tag ? [sagas, statuses] : [])];
  return {
    tag,
    choices,
    isIndexed: rest.length === 0 && others.every((condition) => condition === undefined),
    parameters: (before, candidates, rows) => [
      sagas ? binaryArray('text', sagas) : null,
      statuses ? binaryArray('text', statuses) : null,
      ...startsBefore(before, started?.to),
      timestamp((started?.from ?? -Infinity) * 1000),
      candidates,
      version ?? null,
      // What `text` cannot hold is in no column of it.
      errorCode?.replaceAll('\0', '') ?? null,
      retrying ?? null,
      idPrefix ?? null,
      closed ? timestamp((closed.from ?? -Infinity) * 1000) : null,
      closed ? timestamp((closed.to ?? Infinity) * 1000) : null,
      ...tagColumns(rest),
      rows,
    ],
  };
}

/** A list that goes backwards from `before`, and must stay before `to`: whichever is earlier. */
function startsBefore(before: InstancePosition, to: number | undefined): [time: string, run: string] {
  if (to !== undefined && to * 1000 <= before.startedAt) return [timestamp(to * 1000), LEAST_RUN];
  return [timestamp(before.startedAt), before.run];
}

function tagColumns(conditions: readonly TagCondition[]): Buffer[] {
  const range = (condition: TagCondition, end: 'from' | 'to'): number =>
    ('within' in condition ? condition.within[end] : undefined) ?? (end === 'from' ? -Infinity : Infinity);
  return [
    binaryArray(
      'text',
      conditions.map(({ name }) => name),
    ),
    binaryArray(
      'text',
      conditions.map((condition) => ('equals' in condition ? textOfTag(condition.equals) : null)),
    ),
    binaryArray(
      'boolean',
      conditions.map((condition) => 'kind' in condition && condition.kind === 'date'),
    ),
    binaryArray(
      'double precision',
      conditions.map((condition) => range(condition, 'from')),
    ),
    binaryArray(
      'double precision',
      conditions.map((condition) => range(condition, 'to')),
    ),
  ];
}

/** Years that both JavaScript and PostgreSQL can tell, in microseconds: beyond them is for ever. */
const LATEST = Date.UTC(9999, 0) * 1000;

/** Microseconds since the epoch as PostgreSQL reads a time, to the microsecond. */
function timestamp(microseconds: number): string {
  if (microseconds >= LATEST) return 'infinity';
  if (microseconds <= 0) return '-infinity';
  const whole = Math.floor(microseconds / 1_000_000);
  const second = new Date(whole * 1000).toISOString().slice(0, 19);
  return `${second}.${String(Math.floor(microseconds - whole * 1_000_000)).padStart(6, '0')}Z`;
}

import { encodeTags, isClosed, type Tags, type TurnAppend } from 'reprise/core';
import { binaryArray } from './binary-array.js';
import { numberOfTag, textOfTag } from './tag-columns.js';

/** True for a turn that needs nothing but its row in the history. */
export function isPlain(turn: TurnAppend): boolean {
  return !turn.start && !turn.head && !turn.release && !turn.consumed?.length && !isPosting(turn);
}

/** True for a turn that changes tags: those of its start, or later ones. */
export function isTagging({ start, head }: TurnAppend): boolean {
  return head?.tags !== undefined || (start !== undefined && Object.keys(start.tags).length > 0);
}

/** True for a turn that answers messages, sends some, or begins a child. */
export function isPosting({ start, replies, outgoing }: TurnAppend): boolean {
  return start?.parent !== undefined || (replies?.length ?? 0) > 0 || (outgoing?.length ?? 0) > 0;
}

/** All tags that the run has from this turn on, where it says anything about them. What the first turn changed is in its head already. */
function tagsOf({ start, head }: TurnAppend): Tags | undefined {
  return head?.tags ?? start?.tags;
}

/** Arrays of the tags of all turns, flat: place of the turn, name, value as text, number. */
export function taggingColumns(turns: readonly TurnAppend[]): Buffer[] {
  const tags = turns.flatMap((turn, index) =>
    Object.entries(encodeTags(tagsOf(turn) ?? {})).map(([name, value]) => ({ place: index + 1, name, value })),
  );
  return [
    binaryArray(
      'integer',
      tags.map(({ place }) => place),
    ),
    binaryArray(
      'text',
      tags.map(({ name }) => name),
    ),
    binaryArray(
      'text',
      tags.map(({ value }) => textOfTag(value)),
    ),
    binaryArray(
      'double precision',
      tags.map(({ value }) => numberOfTag(value)),
    ),
  ];
}

/** Arrays of the columns that every turn has. */
export function turnColumns(turns: readonly TurnAppend[]): Buffer[] {
  return [
    binaryArray(
      'smallint',
      turns.map((turn) => turn.key.shard),
    ),
    binaryArray(
      'uuid',
      turns.map((turn) => turn.key.run),
    ),
    binaryArray(
      'integer',
      turns.map((turn) => turn.seq),
    ),
    binaryArray(
      'bigint',
      turns.map((turn) => Math.trunc(turn.turn.at)),
    ),
    binaryArray(
      'json',
      turns.map((turn) => JSON.stringify(turn.turn.events)),
    ),
  ];
}

/** Arrays of what only some turns have: a beginning, a change of the head, a release, messages taken in. */
export function changeColumns(turns: readonly TurnAppend[]): Buffer[] {
  const consumed = turns.flatMap((turn, index) => (turn.consumed ?? []).map((id) => ({ place: index + 1, id })));
  return [
    binaryArray(
      'text',
      turns.map(({ start }) => start?.id),
    ),
    binaryArray(
      'text',
      turns.map(({ start }) => start?.saga),
    ),
    binaryArray(
      'integer',
      turns.map(({ start }) => start?.version),
    ),
    binaryArray(
      'json',
      turns.map((turn) => jsonOfTags(tagsOf(turn))),
    ),
    binaryArray(
      'boolean',
      turns.map(({ start }) => start?.reuse ?? false),
    ),
    binaryArray(
      'boolean',
      turns.map(({ start }) => start?.owned ?? false),
    ),
    binaryArray(
      'text',
      turns.map(({ head }) => head?.status),
    ),
    binaryArray(
      'boolean',
      turns.map(({ head }) => head?.retrying),
    ),
    binaryArray(
      'json',
      turns.map(({ head }) => head?.error && JSON.stringify(head.error)),
    ),
    // A column of its own, without the one character that `text` cannot hold: json operators fail on some errors.
    binaryArray(
      'text',
      turns.map(({ head }) => head?.error?.code?.replaceAll('\0', '')),
    ),
    binaryArray(
      'boolean',
      turns.map(({ head }) => head !== undefined && isClosed(head.status)),
    ),
    binaryArray(
      'boolean',
      turns.map(({ release }) => release !== undefined),
    ),
    binaryArray(
      'bigint',
      turns.map(({ release }) => wholeMilliseconds(release?.wakeAfter)),
    ),
    binaryArray(
      'integer',
      consumed.map(({ place }) => place),
    ),
    binaryArray(
      'text',
      consumed.map(({ id }) => id),
    ),
  ];
}

function jsonOfTags(tags: Tags | undefined): string | undefined {
  return tags && JSON.stringify(encodeTags(tags));
}

/** About 30,000 years: what a `timestamptz` can still add to today. */
const LONGEST_WAIT = 1e15;

/** A wait as PostgreSQL takes it: due rather late than early, never in the past. `null` is for ever. */
export function wholeMilliseconds(wait: number | null | undefined): number | null {
  if (wait === null || wait === undefined || wait >= LONGEST_WAIT) return null;
  return Math.max(0, Math.ceil(wait));
}

import type { StoredTag } from 'reprise/core';

/** A tag's value as the column `value` has it: equal values, equal texts; no text is equal to a number, boolean or date. */
export function textOfTag(value: StoredTag): string {
  return JSON.stringify(value);
}

/** What ranges are looked up by: a number, or a date in milliseconds since the epoch; null for what has no range. */
export function numberOfTag(value: StoredTag): number | null {
  if (typeof value === 'object') return Date.parse(value.v);
  return typeof value === 'number' ? value : null;
}

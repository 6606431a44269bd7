import { SagaError } from './saga-error.js';

/** What a tag may hold. Numbers and dates can be searched by range. */
export type TagValue = string | number | boolean | Date;

/** What an instance can be found by: values by name. They are not encrypted: no secrets, no personal data that must not be seen. */
export type Tags = Readonly<Record<string, TagValue>>;

/** New values of tags by name; `null` takes a tag away. */
export type TagChanges = Readonly<Record<string, TagValue | null>>;

/** A tag's value as JSON. A date is written as payloads write it, so that no text can be taken for one. */
export type StoredTag = string | number | boolean | { readonly $t: 'd'; readonly v: string };
export type StoredTags = Readonly<Record<string, StoredTag>>;
export type StoredTagChanges = Readonly<Record<string, StoredTag | null>>;

/** Characters that a tag's name, and a text as its value, may have. */
export const LONGEST_TAG = 200;
/** Tags that one instance may be given at its start, and names that its code may use. */
export const MOST_TAGS = 50;

/** Control characters and halves of surrogate pairs: what databases do not take as a name. */
const NO_NAME = /[\p{Cc}\p{Surrogate}]/u;

/** @throws SagaError `INVALID_TAG` for more than 50 tags, a name that is none, or a value that no tag can hold */
export function encodeTags(tags: Tags): StoredTags {
  return encodeTagChanges(tags) as StoredTags;
}

/** @throws SagaError `INVALID_TAG` */
export function encodeTagChanges(changes: TagChanges): StoredTagChanges {
  const entries = Object.entries(changes);
  if (entries.length > MOST_TAGS) throw tooManyTags(entries.length);
  return Object.fromEntries(
    entries.map(([name, value]) => [checkedTagName(name), value === null ? null : encodeTag(name, value)]),
  );
}

/** @throws SagaError `INVALID_TAG` */
export function encodeTag(name: string, value: TagValue): StoredTag {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      // Zero has one form only, so that equal numbers are found as equal.
      if (Number.isFinite(value)) return value === 0 ? 0 : value;
      throw invalidTag(name, `is ${value}`);
    case 'string':
      if (value.length <= LONGEST_TAG) return value;
      throw invalidTag(name, `has ${value.length} characters, and ${LONGEST_TAG} are allowed`);
    default:
      if (!isDate(value)) throw invalidTag(name, 'is neither a text nor a number, a boolean or a date');
      if (Number.isNaN(value.getTime())) throw invalidTag(name, 'is an invalid date');
      return { $t: 'd', v: value.toISOString() };
  }
}

export function decodeTags(tags: StoredTags): Tags {
  return Object.fromEntries(Object.entries(tags).map(([name, stored]) => [name, decodeTag(stored)]));
}

export function decodeTag(stored: StoredTag): TagValue {
  return typeof stored === 'object' ? new Date(stored.v) : stored;
}

/** The tags after a change that history recorded. */
export function changeTags(tags: Tags, changes: StoredTagChanges): Tags {
  const changed: Record<string, TagValue> = { ...tags };
  for (const [name, stored] of Object.entries(changes)) {
    if (stored === null) delete changed[name];
    else changed[name] = decodeTag(stored);
  }
  return changed;
}

/** @throws SagaError `INVALID_TAG` */
export function checkedTagName(name: string): string {
  if (name.length > 0 && name.length <= LONGEST_TAG && !NO_NAME.test(name) && name !== '__proto__') return name;
  throw new SagaError(
    'INVALID_TAG',
    `${JSON.stringify(name.slice(0, LONGEST_TAG))} cannot be the name of a tag.`,
    `A name has 1 to ${LONGEST_TAG} characters, none of them a control character.`,
  );
}

export function tooManyTags(count: number): SagaError {
  return new SagaError(
    'INVALID_TAG',
    `${count} tags are more than the ${MOST_TAGS} that an instance may have.`,
    'Tags are for finding; put data into the input or into fields.',
  );
}

/** A date of any realm. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function invalidTag(name: string, what: string): SagaError {
  return new SagaError(
    'INVALID_TAG',
    `The value of tag ${JSON.stringify(name)} ${what}.`,
    `A tag holds a text of at most ${LONGEST_TAG} characters, a finite number, a boolean or a date.`,
  );
}

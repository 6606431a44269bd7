import type { Json } from './json.js';
import { SagaError } from './saga-error.js';

const MOST_FIELDS = 32;
/** Characters of JSON: no key is longer. */
const LONGEST_VALUE = 300;

/**
 * What the fields of a payload come to: one text for each, made of the event, the name and the value, by which a wait finds the cue. Only
 * what a business key can be is marked: the first 32 fields of an object, with values of at most 300 characters. The marks are hashes, so
 * that no payload that a codec encrypts lies open beside itself.
 */
export function cueMarks(event: string, payload: Json): string[] {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return [];
  return Object.entries(payload)
    .slice(0, MOST_FIELDS)
    .map(([name, value]) => [name, JSON.stringify(value)] as const)
    .filter(([, value]) => value.length <= LONGEST_VALUE)
    .map(([name, value]) => hash(`${event}\n${name}\n${value}`));
}

/** A wait for a value that no cue is marked with would find nothing, or everything. */
export function noBusinessKey(event: string): SagaError {
  return new SagaError(
    'INVALID_EVENT',
    `A wait for event "${event}" looks for values that cannot be a business key.`,
    `Give at most ${MOST_FIELDS} fields of at most ${LONGEST_VALUE} characters.`,
  );
}

/** 64 bits: FNV-1a from two beginnings. */
function hash(text: string): string {
  return half(text, 0x811c9dc5) + half(text, 0x9747b28c);
}

function half(text: string, from: number): string {
  let hash = from;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // The last characters, which tell one key from the next, have to reach all bits.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

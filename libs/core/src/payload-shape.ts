import type { Json } from './json.js';
import { advance, isMet, type PathProgress } from './payload-path.js';
import { SagaError } from './saga-error.js';

export interface Shape {
  /** What stands for a text. */
  readonly pseudonym: (text: string) => string;
}

const DATE = /^(\d{4})-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/;

/**
 * An encoded payload with other values of the same shape. Keys, lengths of lists, booleans and what is absent stay; of a number its sign and how
 * many digits it has (whole numbers of one digit stay); of a date its year; a text becomes a pseudonym, the empty one stays.
 * @param kept paths of what stays as it is
 * @throws SagaError `PAYLOAD_UNREADABLE` for what a codec wrote
 */
export function shapeOf(value: Json, shape: Shape, kept: readonly PathProgress[]): Json {
  if (isMet(kept)) return value;
  if (typeof value === 'string') return shapeOfText(value, shape);
  if (typeof value === 'number') return shapeOfNumber(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => shapeOf(item, shape, kept));
  const object = value as { readonly [key: string]: Json };
  if (object['$t'] !== undefined) return shapeOfTagged(object, shape, kept);
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => [key, shapeOf(item, shape, advance(kept, key))]),
  );
}

/** Values that are no JSON: see `encodePayload`. */
function shapeOfTagged(value: { readonly [key: string]: Json }, shape: Shape, kept: readonly PathProgress[]): Json {
  const { $t, v } = value;
  switch ($t) {
    case 'u':
    case 'n':
      return value;
    case 'b':
      return { $t, v: shapeOfDigits(v as string) };
    case 'd':
      return { $t, v: v === null ? null : shapeOfText(v as string, shape) };
    case 'y':
      return { $t, v: '' };
    case 's':
      return shape.pseudonym(JSON.stringify(v));
    case 'e':
      return { $t, v: (v as readonly Json[]).map((item) => shapeOf(item, shape, kept)) };
    case 'm':
      return {
        $t,
        v: (v as readonly (readonly [Json, Json])[]).map(([key, item]) => [
          shapeOf(key, shape, []),
          shapeOf(item, shape, advance(kept, String(key))),
        ]),
      };
    default:
      throw new SagaError(
        'PAYLOAD_UNREADABLE',
        'A payload was written by a codec, so that what is in it cannot be redacted.',
        'Give the codec that the application has, so that it is read first.',
      );
  }
}

function shapeOfText(text: string, { pseudonym }: Shape): string {
  if (text === '') return text;
  const date = DATE.exec(text);
  if (!date) return pseudonym(text);
  return date[2] ? `${date[1]}-01-01T00:00:00.000${date[3] ?? ''}` : `${date[1]}-01-01`;
}

function shapeOfNumber(number: number): number {
  if (Number.isInteger(number) && Math.abs(number) < 10) return number;
  return Math.sign(number) * Number(`1e${Math.floor(Math.log10(Math.abs(number)))}`);
}

function shapeOfDigits(digits: string): string {
  const [, sign, rest] = /^(-?)\d(\d*)$/.exec(digits)!;
  return rest === '' ? digits : `${sign}1${'0'.repeat(rest!.length)}`;
}

import { base64, fromBase64 } from './base64.js';
import type { Json } from './json.js';
import { SagaError } from './saga-error.js';

/** The largest payload by default: one million characters of JSON, about. */
export const DEFAULT_PAYLOAD_LIMIT = 1_000_000;

/** The most levels of objects in objects: more would overflow the stack, here or in the database. */
const DEEPEST = 500;

const TAG = '$t';
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Keys that could be taken for the tag are written with one more `$`. */
const TAG_LIKE = /^\$+t$/;

/**
 * Values as JSON and back (law I2): JSON's own values, and `undefined`, `bigint`, `Date`, `Map`, `Set`, `Uint8Array`,
 * `NaN`, the infinities and `-0`, which are written as `{ "$t": kind, "v": … }`.
 * What the saga's code sees has always been through here (law D4).
 *
 * @throws SagaError `NOT_SERIALISABLE` with the path, for functions, symbols, class instances and circles;
 *   `PAYLOAD_TOO_LARGE` past the limit.
 */
export function encodePayload(value: unknown, what = 'the value', limit = DEFAULT_PAYLOAD_LIMIT): Json {
  return new Encoder(what, limit).encode(value, undefined);
}

export function decodePayload(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map(decodePayload);
  const object = json as { readonly [key: string]: Json };
  if (object[TAG] !== undefined) return decodeTagged(object);
  const copy: Record<string, unknown> = {};
  for (const key in object)
    put(copy, key !== TAG && TAG_LIKE.test(key) ? key.slice(1) : key, decodePayload(object[key]!));
  return copy;
}

/** Where in a value the encoder is; only walked when there is something to complain about. */
interface Path {
  readonly parent: Path | undefined;
  readonly key: string | number;
  readonly holder: object;
}

class Encoder {
  private size = 0;

  constructor(
    private readonly what: string,
    private readonly limit: number,
  ) {}

  encode(value: unknown, path: Path | undefined): Json {
    switch (typeof value) {
      case 'string':
        this.grow(value.length + 2);
        return LONE_SURROGATE.test(value) ? { [TAG]: 's', v: codeUnits(value) } : value;
      case 'number':
        this.grow(8);
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { [TAG]: 'n', v: Object.is(value, -0) ? '-0' : String(value) };
      case 'boolean':
        this.grow(5);
        return value;
      case 'undefined':
        this.grow(10);
        return { [TAG]: 'u' };
      case 'bigint':
        this.grow(24);
        return { [TAG]: 'b', v: String(value) };
      case 'object':
        return value === null ? null : this.encodeObject(value, path);
      default:
        throw this.refuse(`a ${typeof value}`, path);
    }
  }

  private encodeObject(value: object, path: Path | undefined): Json {
    let depth = 0;
    for (let at = path; at; at = at.parent) {
      if (at.holder === value) throw this.refuse('a circular reference', path);
      if (++depth === DEEPEST) throw this.refuse(`more than ${DEEPEST} levels`, undefined);
    }
    this.grow(2);
    if (Array.isArray(value))
      return Array.from(value, (item, i) => this.encode(item, { parent: path, key: i, holder: value }));
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === null || isPlainPrototype(prototype))
      return this.encodePlain(value as Record<string, unknown>, path);
    switch (Object.prototype.toString.call(value)) {
      case '[object Date]':
        this.grow(40);
        return { [TAG]: 'd', v: Number.isNaN((value as Date).getTime()) ? null : (value as Date).toISOString() };
      case '[object Map]':
        return {
          [TAG]: 'm',
          v: Array.from(value as Map<unknown, unknown>, ([key, item], i) => [
            this.encode(key, { parent: path, key: `key ${i}`, holder: value }),
            this.encode(item, { parent: path, key: `value ${i}`, holder: value }),
          ]),
        };
      case '[object Set]':
        return {
          [TAG]: 'e',
          v: Array.from(value as Set<unknown>, (item, i) => this.encode(item, { parent: path, key: i, holder: value })),
        };
      case '[object Uint8Array]': {
        const bytes = value as Uint8Array;
        this.grow(Math.ceil(bytes.length / 3) * 4 + 20);
        return { [TAG]: 'y', v: base64(bytes) };
      }
    }
    const name = (prototype as { constructor?: { name?: string } }).constructor?.name;
    throw this.refuse(`an instance of the class ${name || '(anonymous)'}`, path);
  }

  private encodePlain(value: Record<string, unknown>, path: Path | undefined): Json {
    const copy: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      const item = value[key];
      if (item === undefined) continue;
      this.grow(key.length + 4);
      put(copy, TAG_LIKE.test(key) ? `$${key}` : key, this.encode(item, { parent: path, key, holder: value }));
    }
    return copy;
  }

  private grow(by: number): void {
    this.size += by;
    if (this.size > this.limit) {
      throw new SagaError(
        'PAYLOAD_TOO_LARGE',
        `${capitalise(this.what)} takes more than the ${this.limit} characters that a payload may have.`,
        'Keep the data where it belongs and pass a reference, or raise `payloadLimit`.',
      );
    }
  }

  private refuse(found: string, path: Path | undefined): SagaError {
    let place = '';
    for (let at = path; at; at = at.parent) {
      place = typeof at.key === 'number' ? `[${at.key}]${place}` : `.${at.key}${place}`;
    }
    return new SagaError(
      'NOT_SERIALISABLE',
      `${capitalise(this.what)} holds ${found}${place ? ` at ${place}` : ''}, which history cannot store.`,
      'Use plain objects, arrays, strings, numbers, booleans, null, undefined, bigint, Date, Map, Set or Uint8Array.',
    );
  }
}

function decodeTagged(object: { readonly [key: string]: Json }): unknown {
  const value = object['v'];
  switch (object[TAG]) {
    case 'u':
      return undefined;
    case 'n':
      return Number(value);
    case 'b':
      return BigInt(value as string);
    case 'd':
      return value === null ? new Date(NaN) : new Date(value as string);
    case 'm':
      return new Map((value as [Json, Json][]).map(([key, item]) => [decodePayload(key), decodePayload(item)]));
    case 'e':
      return new Set((value as Json[]).map(decodePayload));
    case 'y':
      return fromBase64(value as string);
    case 's':
      return (value as number[]).map((unit) => String.fromCharCode(unit)).join('');
    default:
      throw new SagaError(
        'CORRUPT_HISTORY',
        `A stored value has the unknown tag "${String(object[TAG])}".`,
        'It was written by a newer release, or through a codec that this process was not given: deploy that release, or configure `codec`.',
      );
  }
}

/** An object literal of any realm: its prototype is an `Object.prototype`. */
function isPlainPrototype(prototype: unknown): boolean {
  return (
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  );
}

/** Assignment that is safe for the key `__proto__`. */
function put(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
}

function codeUnits(text: string): number[] {
  return Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

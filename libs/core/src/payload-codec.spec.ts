import fc from 'fast-check';
import type { Json } from './json.js';
import { decodePayload, encodePayload } from './payload-codec.js';
import { SagaError } from './saga-error.js';

const roundTrip = (value: unknown): unknown => decodePayload(JSON.parse(JSON.stringify(encodePayload(value))) as Json);

/** Keys and texts with everything that is hard about them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('$t', '$$t', '$$$t', '__proto__', 'constructor', 'v', '\ud800', 'a\udfffb', '\u0000', ''),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.array(tie('any'), { maxLength: 4 }),
    tie('object'),
    tie('map'),
    tie('set'),
  ),
  leaf: fc.oneof(
    text,
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 20 }),
  ),
  object: fc
    .array(fc.tuple(text, tie('any')), { maxLength: 4 })
    // A property that is undefined is left out, as JSON does.
    .map((entries) => Object.fromEntries(entries.filter(([, item]) => item !== undefined)) as unknown),
  map: fc.array(fc.tuple(tie('leaf'), tie('any')), { maxLength: 3 }).map((entries) => new Map(entries)),
  set: fc.array(tie('leaf'), { maxLength: 3 }).map((items) => new Set(items)),
})).any;

describe('I2 the payload codec', () => {
  it('I2 gives back what it was given', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(roundTrip(given)).toEqual(given);
      }),
      { numRuns: 500 },
    );
  });

  it('D4 gives the same again when it is encoded again: live and replay agree', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(encodePayload(roundTrip(given))).toEqual(encodePayload(given));
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, unknown]>([
    ['-0', -0],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['a lone surrogate', 'x\ud800'],
    ['undefined in an array', [1, undefined, 2]],
    ['an own __proto__', JSON.parse('{"__proto__": {"polluted": true}}')],
    ['what looks like a tag', { $t: 'd', v: 'not a date' }],
    ['what looks like an escaped tag', { $$t: { $t: 1 } }],
  ])('I2 keeps %s', (_name, given) => {
    expect(Object.is(roundTrip(given), given) || JSON.stringify(roundTrip(given)) === JSON.stringify(given)).toBe(true);
    expect(roundTrip(given)).toEqual(given);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('I2 keeps an invalid date, a hole as undefined, a Buffer as bytes, an object without a prototype', () => {
    expect((roundTrip(new Date(NaN)) as Date).getTime()).toBeNaN();
    // eslint-disable-next-line no-sparse-arrays
    expect(roundTrip([1, , 3])).toEqual([1, undefined, 3]);
    expect(roundTrip(Buffer.from('hi'))).toEqual(new Uint8Array([104, 105]));
    expect(roundTrip(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 });
  });

  it('I2 stores plain JSON as it is, so that people can read it', () => {
    const plain = { order: 'o1', lines: [{ sku: 'book', n: 1.5 }], paid: false, note: null };
    expect(encodePayload(plain)).toEqual(plain);
  });

  const circle: Record<string, unknown> = { a: [{}] };
  (circle['a'] as Record<string, unknown>[])[0]!['back'] = circle;
  class Money {}
  it.each<[string, unknown, string]>([
    ['a function', { a: [1, () => 1] }, 'holds a function at .a[1], which history cannot store.'],
    ['a symbol', Symbol('s'), 'holds a symbol, which history cannot store.'],
    [
      'a class instance',
      { lines: [{ price: new Money() }] },
      'holds an instance of the class Money at .lines[0].price',
    ],
    ['an error', { e: new TypeError('x') }, 'holds an instance of the class TypeError at .e'],
    ['a promise', [Promise.resolve()], 'holds an instance of the class Promise at [0]'],
    ['a circle', circle, 'holds a circular reference at .a[0].back'],
    ['a key of a map', new Map([[() => 1, 1]]), 'holds a function at .key 0'],
    ['a member of a set', new Set([new WeakMap()]), 'holds an instance of the class WeakMap at [0]'],
    ['another typed array', { x: new Float64Array(2) }, 'holds an instance of the class Float64Array at .x'],
  ])('I2 refuses %s with the path', (_name, given, sentence) => {
    expect(() => encodePayload(given, 'the result')).toThrow(`The result ${sentence}`);
    expect(() => encodePayload(given)).toThrow(expect.objectContaining({ code: 'NOT_SERIALISABLE' }) as Error);
  });

  it('I2 takes the same object twice where it is no circle', () => {
    const shared = { a: 1 };
    expect(roundTrip([shared, shared])).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('I2 refuses what is nested too deep to be stored, instead of overflowing the stack', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = { deep };
    expect(() => encodePayload(deep)).toThrow(SagaError);
    expect(() => encodePayload(deep)).toThrow('The value holds more than 500 levels');
    let fine: unknown = 'bottom';
    for (let i = 0; i < 400; i++) fine = [fine];
    expect(roundTrip(fine)).toEqual(fine);
  });

  it.each<[string, unknown]>([
    ['a long text', 'x'.repeat(101)],
    ['many numbers', Array.from({ length: 20 }, () => 1)],
    ['bytes', new Uint8Array(90)],
    ['keys', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`key ${i}`, 0]))],
    ['many empty things', Array.from({ length: 100 }, () => ({}))],
    ['many undefined', Array.from({ length: 100 }, () => undefined)],
  ])('I2 refuses more than the limit: %s', (_name, given) => {
    expect(() => encodePayload(given, 'the input', 100)).toThrow(
      expect.objectContaining({
        code: 'PAYLOAD_TOO_LARGE',
        what: expect.stringContaining('The input takes more than the 100'),
      }) as Error,
    );
  });

  it('I2 says so when a newer release wrote it', () => {
    expect(() => decodePayload({ $t: 'zz' })).toThrow(expect.objectContaining({ code: 'CORRUPT_HISTORY' }) as Error);
  });
});

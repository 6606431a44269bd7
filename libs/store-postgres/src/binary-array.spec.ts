import pg from 'pg';
import { binaryArray, type ElementType } from './binary-array.js';

describe('binaryArray', () => {
  const client = new pg.Client({ connectionString: process.env['DATABASE_URL'] });
  beforeAll(() => client.connect());
  afterAll(() => client.end());

  const long = 'ä💶'.repeat(60_000);
  it.each<[ElementType, (string | number | boolean | null)[]]>([
    ['text', ['', 'a', '"', '\\', ',', '{}', 'NULL', null, 'ä', '💶', '\u2028', long]],
    ['json', ['{"a": [1, "\\u0000"]}', 'null', null, '"\\ud800"']],
    ['uuid', ['00000000-0000-0000-0000-000000000000', 'f47ac10b-58cc-4372-a567-0e02b2c3d479', null]],
    ['smallint', [0, 63, -1, 32_767, null]],
    ['integer', [0, -1, 2_147_483_647, -2_147_483_648, null]],
    [
      'bigint',
      [0, -1, 1, 2 ** 32, 2 ** 32 - 1, -(2 ** 32), 1_763_000_000_123, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    ],
    ['double precision', [0, -1.5, 0.1, 1e300, 5e-324, Infinity, -Infinity, null]],
    ['boolean', [true, false, null]],
    ['text', []],
    ['json', [null]],
  ])('arrives as %s[] as it was sent', async (type, values) => {
    const { rows } = await client.query<{ element: string | null }>({
      text: `select element::text from unnest($1::${type}[]) with ordinality as t(element, place) order by place`,
      values: [binaryArray(type, values)],
    });
    const written = values.map((value) => (value === null ? null : String(value)));
    expect(rows.map(({ element }) => element)).toEqual(written);
  });

  it('refuses what is not a UUID', () => {
    expect(() => binaryArray('uuid', ['order-1'])).toThrow('"order-1" is not a UUID.');
    expect(() => binaryArray('uuid', ['zz7ac10b-58cc-4372-a567-0e02b2c3d479'])).toThrow(TypeError);
  });
});

import { SagaError } from 'reprise/core';
import { z } from 'zod';
import { createContractErrorClass } from './contract-error.js';
import { contract, declaredErrorClass, declaredErrors, isCommand, validateWith } from './index.js';

const Sku = z.object({ sku: z.string() });
const Inventory = contract('inventory', {
  reserve: { input: z.object({ n: z.number() }), errors: { OutOfStock: Sku } },
  release: { input: z.object({ n: z.number() }), errors: { OutOfStock: Sku, Gone: z.object({ message: z.string() }) } },
});

function refusal(make: () => unknown): SagaError {
  try {
    make();
  } catch (error) {
    if (error instanceof SagaError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a contract', () => {
  it('names its commands by service and operation', () => {
    expect(Inventory.reserve).toMatchObject({
      service: 'inventory',
      operation: 'reserve',
      pattern: 'inventory.reserve',
      address: { service: 'inventory', operation: 'reserve' },
    });
    expect(isCommand(Inventory.reserve)).toBe(true);
    expect(isCommand({ ...Inventory.reserve })).toBe(false);
    expect(isCommand(undefined)).toBe(false);
  });

  it('refuses bad names, what is not a schema, and one error with two schemas, in words', () => {
    const input = z.void();
    for (const [make, words] of [
      [() => contract('in ventory', {}), 'cannot name a service'],
      [() => contract('a', { 'b.c': { input } }), 'cannot name an operation'],
      [() => contract('a', { b: { input: {} as typeof input } }), 'The input of "a.b" is not a Standard Schema'],
      [() => contract('a', { b: { input, errors: { E: 1 as never } } }), 'The error "E" of "a.b"'],
      [
        () => contract('a', { b: { input, errors: { E: z.string() } }, c: { input, errors: { E: z.string() } } }),
        'two different schemas',
      ],
    ] as const) {
      const error = refusal(make);
      expect(error.code).toBe('INVALID_CONFIGURATION');
      expect(error.message).toContain(words);
    }
  });
});

describe('the errors of a contract', () => {
  it('are errors with a name, a code, a sentence and data', () => {
    const error = new Inventory.errors.OutOfStock({ sku: 'tea' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'OutOfStock', code: 'OutOfStock', data: { sku: 'tea' } });
    expect(error.message).toBe('inventory: out of stock');
    expect(new Inventory.errors.Gone({ message: 'sold' }).message).toBe('sold');
    expect(String(error)).toBe('OutOfStock: inventory: out of stock');
  });

  it('are known to another copy of the library, and only their own kind', () => {
    const Twin = createContractErrorClass('inventory', 'OutOfStock', Sku);
    const Other = createContractErrorClass('shop', 'OutOfStock', Sku);
    const error = new Inventory.errors.OutOfStock({ sku: 'tea' });
    expect(error).toBeInstanceOf(Twin);
    expect(new Twin({ sku: 'x' } as never)).toBeInstanceOf(Inventory.errors.OutOfStock);
    expect(error).not.toBeInstanceOf(Other);
    expect(error).not.toBeInstanceOf(Inventory.errors.Gone);
    class Special extends Inventory.errors.OutOfStock {}
    expect(error).not.toBeInstanceOf(Special);
    expect(new Special({ sku: 'x' })).toBeInstanceOf(Inventory.errors.OutOfStock);
    expect(new Special({ sku: 'x' })).toBeInstanceOf(Special);
  });

  it('S4 survive a record: thrown again as the class they were', () => {
    const declared = declaredErrors(Inventory.release);
    expect([...declared.keys()]).toEqual(['OutOfStock', 'Gone']);
    const outOfStock = declared.get('OutOfStock')!;
    const recorded = outOfStock.record(new Inventory.errors.OutOfStock({ sku: 'tea' }))!;
    expect(JSON.parse(JSON.stringify(recorded))).toEqual({
      name: 'OutOfStock',
      code: 'OutOfStock',
      message: 'inventory: out of stock',
      data: { sku: 'tea' },
    });
    const revived = outOfStock.revive(recorded);
    expect(revived).toBeInstanceOf(Inventory.errors.OutOfStock);
    expect(revived).toMatchObject({ data: { sku: 'tea' }, message: 'inventory: out of stock' });
    expect(outOfStock.record(new Error('else'))).toBeUndefined();
  });
});

describe("a user's own error class", () => {
  class CardDeclined extends Error {
    readonly code = 'CARD_DECLINED';
    constructor(readonly left: bigint) {
      super(`only ${left} left`, { cause: new Error('bank') });
      this.name = 'CardDeclined';
    }
    get short() {
      return this.left < 10n;
    }
  }

  it('S4 survives a record with its fields, its getters and its cause', () => {
    const declared = declaredErrorClass(CardDeclined);
    const recorded = declared.record(new CardDeclined(5n))!;
    expect(recorded).toMatchObject({ name: 'CardDeclined', code: 'CARD_DECLINED', message: 'only 5 left' });
    const revived = declared.revive(JSON.parse(JSON.stringify(recorded)) as typeof recorded) as CardDeclined;
    expect(revived).toBeInstanceOf(CardDeclined);
    expect(revived).toMatchObject({ left: 5n, short: true, code: 'CARD_DECLINED', name: 'CardDeclined' });
    expect((revived.cause as Error).message).toBe('bank');
    expect(String(revived)).toBe('CardDeclined: only 5 left');
    expect(declared.record(new Error('else'))).toBeUndefined();
  });

  it('I2 refuses a field that history cannot store', () => {
    class Odd extends Error {
      readonly socket = new (class Socket {})();
    }
    expect(refusal(() => declaredErrorClass(Odd).record(new Odd())).code).toBe('NOT_SERIALISABLE');
  });
});

describe('validateWith', () => {
  it('returns what the schema makes of a value, also from an asynchronous one', async () => {
    const later = z.string().transform(async (text) => text.length);
    await expect(validateWith(later, 'four')).resolves.toEqual({ valid: true, value: 4 });
  });

  it('names the places that are wrong', async () => {
    const checked = await validateWith(z.object({ a: z.object({ b: z.number() }) }), { a: { b: 'x' } });
    expect(checked).toMatchObject({ valid: false, issues: expect.stringMatching(/^a\.b: /) as string });
  });
});

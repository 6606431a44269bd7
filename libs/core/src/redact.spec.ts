import { redact, REDACTED, redaction } from './redact.js';

describe('redact', () => {
  const details = {
    order: 'o1',
    card: { number: '4111', brand: 'visa' },
    customer: { email: 'a@b.c', card: { number: '1' } },
  };

  it('takes away one place, counted from the top, and nothing of the same name elsewhere', () => {
    expect(redact(details, ['card.number'])).toEqual({ ...details, card: { number: REDACTED, brand: 'visa' } });
  });

  it('takes away a field by its name at any depth, with all that is in it', () => {
    expect(redact(details, ['card'])).toEqual({
      order: 'o1',
      card: REDACTED,
      customer: { email: 'a@b.c', card: REDACTED },
    });
  });

  it('reads * as any one name and ** as any number of names', () => {
    expect(redact(details, ['*.email']).customer.email).toBe(REDACTED);
    expect(redact({ email: 'top', a: { b: { email: 'deep' } } }, ['*.email'])).toEqual({
      email: 'top',
      a: { b: { email: 'deep' } },
    });
    expect(redact(details, ['**.card.number'])).toEqual({
      order: 'o1',
      card: { number: REDACTED, brand: 'visa' },
      customer: { email: 'a@b.c', card: { number: REDACTED } },
    });
    expect(redact({ a: { b: { c: { d: 1, e: 2 } } } }, ['a.**.d'])).toEqual({ a: { b: { c: { d: REDACTED, e: 2 } } } });
    expect(redact({ a: { x: 1, y: 2 } }, ['a.*'])).toEqual({ a: { x: REDACTED, y: REDACTED } });
  });

  it('sees through arrays and Sets, and takes keys of Maps for names', () => {
    const value = {
      cards: [{ number: 1 }, [{ number: 2 }]],
      kept: new Set([{ number: 3, brand: 'visa' }]),
      byName: new Map<unknown, unknown>([
        ['anna', { email: 'x', age: 3 }],
        [7, 'seven'],
      ]),
    };
    expect(redact(value, ['cards.number', 'kept.number', 'byName.anna.email', 'byName.7'])).toEqual({
      cards: [{ number: REDACTED }, [{ number: REDACTED }]],
      kept: new Set([{ number: REDACTED, brand: 'visa' }]),
      byName: new Map<unknown, unknown>([
        ['anna', { email: REDACTED, age: 3 }],
        [7, REDACTED],
      ]),
    });
  });

  it('changes nothing of the value itself', () => {
    const frozen = Object.freeze({ card: Object.freeze({ number: '4111' }), list: Object.freeze([{ password: 1 }]) });
    expect(redact(frozen, ['number', 'password'])).toEqual({
      card: { number: REDACTED },
      list: [{ password: REDACTED }],
    });
    expect(frozen.card.number).toBe('4111');
  });

  it('keeps circles, also where one object is redacted in one place and not in another', () => {
    const node: Record<string, unknown> = { name: 'node', secret: 1 };
    node['self'] = node;
    node['list'] = [node, new Map([['again', node]])];
    const copy = redact(node, ['secret']);
    expect(copy).toMatchObject({ name: 'node', secret: REDACTED });
    expect(copy['self']).toBe(copy);
    expect((copy['list'] as unknown[])[0]).toBe(copy);
    const shared = { token: 't' };
    expect(redact({ a: shared, b: shared }, ['a.token'])).toEqual({ a: { token: REDACTED }, b: { token: 't' } });
    const deep = redact(node, ['self.self.secret']) as {
      self: { self: { secret: unknown; self: { secret: unknown } } };
    };
    expect(deep.self.self.secret).toBe(REDACTED);
    expect(deep.self.self.self.secret).toBe(1);
  });

  it('comes to an end in a circle that a path with several ** goes round', () => {
    const x: Record<string, unknown> = { y: 1, z: 2 };
    x['x'] = [x, { x }];
    const copy = redact(x, ['**.x.**.**.y']);
    expect(copy).toMatchObject({ y: 1, z: 2, x: [{ y: REDACTED }, { x: { y: REDACTED, z: 2 } }] });
  });

  it('reaches into objects of classes, what toJSON answers, and errors', () => {
    class Card {
      constructor(
        readonly number: string,
        readonly brand: string,
      ) {}
    }
    class Hidden {
      readonly #number = '4111';
      toJSON(): unknown {
        return { number: this.#number, of: 'Hidden' };
      }
    }
    const error = Object.assign(new TypeError('declined', { cause: { number: 5 } }), {
      card: new Card('4111', 'visa'),
    });
    const copy = redact({ card: new Card('4111', 'visa'), hidden: new Hidden(), error }, ['number']);
    expect(copy.card).toEqual({ number: REDACTED, brand: 'visa' });
    expect(copy.hidden).toEqual({ number: REDACTED, of: 'Hidden' });
    expect(copy.error).toBeInstanceOf(TypeError);
    expect(copy.error.stack).toBe(error.stack);
    expect(copy.error).toMatchObject({
      message: 'declined',
      cause: { number: REDACTED },
      card: { number: REDACTED, brand: 'visa' },
    });
    expect(redact(error, ['message']).message).toBe(REDACTED);
  });

  it('leaves values alone that have no fields, and redacts what cannot be read', () => {
    const kept = {
      at: new Date(5),
      bytes: new Uint8Array([1]),
      big: 7n,
      none: undefined,
      nothing: null,
      fine: Symbol.iterator,
    };
    expect(redact(kept, ['password'])).toEqual(kept);
    expect(redact('text', ['text'])).toBe('text');
    const broken = {
      get bad(): string {
        throw new Error('no');
      },
      toString: 1,
    };
    expect(redact({ broken }, ['x'])).toEqual({ broken: { bad: REDACTED, toString: 1 } });
    const thrower = {
      toJSON(): never {
        throw new Error('no');
      },
    };
    expect(redact({ thrower }, ['x'])).toEqual({ thrower: REDACTED });
  });

  it('does not let a key __proto__ reach the prototype', () => {
    const copy = redact(JSON.parse('{"__proto__": {"polluted": 1}, "secret": 2}') as object, ['secret']);
    expect(Object.keys(copy)).toEqual(['__proto__', 'secret']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each(['', '.', 'a.', '.a', 'a..b', '**', 'a.**'])('refuses %j as a path', (path) => {
    expect(() => redaction(['fine', path])).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIGURATION' }) as Error,
    );
  });
});

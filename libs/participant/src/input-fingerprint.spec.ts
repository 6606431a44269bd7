import { fingerprintOf } from './input-fingerprint.js';

describe('the fingerprint of an input', () => {
  it('does not depend on the order of properties, at any depth', () => {
    expect(fingerprintOf({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
      fingerprintOf({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it('tells inputs apart', () => {
    const inputs = [{ a: 1 }, { a: '1' }, { b: 1 }, [1, 2], [2, 1], 'a', null, undefined, {}];
    expect(new Set(inputs.map(fingerprintOf)).size).toBe(inputs.length);
  });
});

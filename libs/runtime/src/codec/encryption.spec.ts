import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { encodePayload, type Json } from 'reprise/core';
import { Encryption, encryption } from './encryption.js';

const keyOf = (name: string): Buffer => createHash('sha256').update(name).digest();
const [k1, k2] = [keyOf('one'), keyOf('two').toString('base64')];
const at = { binding: 'run-1 StepCompleted 3 1 result' };
const failing = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('I2 encryption', () => {
  const first = new Encryption({ keys: { k1 }, current: 'k1' });
  const rotated = new Encryption({ keys: { k2, k1 }, current: 'k2' });

  it('gives back every value, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const payload = JSON.parse(JSON.stringify(value)) as Json;
        const stored = JSON.parse(JSON.stringify(first.encode(payload, at))) as Json;
        expect(first.decode(stored, at)).toEqual(payload);
      }),
      { numRuns: 200 },
    );
    const hard = encodePayload([undefined, 1n, new Date(5), new Map([['\ud800', -0]]), { $t: 'x', k: 'k1', v: '' }]);
    expect(first.decode(first.encode(hard, at), at)).toEqual(hard);
  });

  it('shows nothing of the value, and never stores it the same way twice', () => {
    const stored = [first.encode('a secret', at), first.encode('a secret', at)];
    expect(stored[0]).toEqual({ $t: 'x', k: 'k1', v: expect.stringMatching(/^[\w+/]+=*$/) });
    expect(stored[0]).not.toEqual(stored[1]);
    const bytes = Buffer.from((stored[0] as { v: string }).v, 'base64').toString('latin1');
    expect(JSON.stringify(stored) + bytes).not.toContain('secret');
  });

  it('reads what any known key wrote, and writes with the current one', () => {
    const old = first.encode('before', at);
    const young = rotated.encode('after', at);
    expect(young).toMatchObject({ k: 'k2' });
    expect([rotated.decode(old, at), rotated.decode(young, at)]).toEqual(['before', 'after']);
    expect(failing(() => first.decode(young, at))).toMatchObject({
      code: 'PAYLOAD_KEY_UNKNOWN',
      message: expect.stringContaining('"k2"'),
    });
  });

  it('refuses a value that was altered in any bit, moved to another place, or given to another key', () => {
    const stored = first.encode('genuine', at) as { $t: string; k: string; v: string };
    const bytes = Buffer.from(stored.v, 'base64');
    for (let i = 0; i < bytes.length; i++) {
      const altered = Buffer.from(bytes);
      altered[i]! ^= 1 << (i % 8);
      const forged = { ...stored, v: altered.toString('base64') };
      expect(failing(() => first.decode(forged, at))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
    }
    const elsewhere = { binding: at.binding.replace('run-1', 'run-2') };
    expect(failing(() => first.decode(stored, elsewhere))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
    expect(failing(() => rotated.decode({ ...stored, k: 'k2' }, at))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
    const twins = new Encryption({ keys: { k1, other: k1 }, current: 'k1' });
    expect(failing(() => twins.decode({ ...stored, k: 'other' }, at))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
  });

  it.each(['', 'AAAA', '!', Buffer.alloc(27).toString('base64')])('refuses %j as a ciphertext', (v) => {
    expect(failing(() => first.decode({ $t: 'x', k: 'k1', v }, at))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
  });

  it('leaves plain values as they are, or refuses them where that is asked for', () => {
    const plain: Json[] = [null, 'text', 1, [1], { a: 1 }, { $t: 'd', v: 'x' }, { $t: 'x' }, { $t: 'x', k: 1, v: 'x' }];
    for (const value of plain) expect(first.decode(value, at)).toBe(value);
    const strict = new Encryption({ keys: { k1 }, current: 'k1', acceptPlain: false });
    expect(strict.decode(first.encode('x', at), at)).toBe('x');
    for (const value of plain) {
      expect(failing(() => strict.decode(value, at))).toMatchObject({ code: 'PAYLOAD_TAMPERED' });
    }
  });

  it('names every mistake of its configuration, and no key', () => {
    const short = keyOf('short').subarray(0, 16).toString('base64');
    const wrong = { short, long: Buffer.alloc(33), none: 'not base64!', empty: '', fine: k1 };
    expect(failing(() => encryption({ keys: wrong, current: 'gone' }))).toMatchObject({
      code: 'INVALID_CONFIGURATION',
      what:
        'The encryption of payloads is set up wrongly: Key "short" has 16 bytes instead of 32. Key "long" has 33 bytes instead of 32. ' +
        'Key "none" has no bytes instead of 32. Key "empty" has no bytes instead of 32. The current key "gone" is not among the keys.',
    });
    expect(failing(() => encryption({ keys: {}, current: 'toString' }))).toMatchObject({
      code: 'INVALID_CONFIGURATION',
    });
    expect(JSON.stringify(failing(() => encryption({ keys: wrong, current: 'gone' })))).not.toContain(short);
  });

  it('does not hand its keys to whoever prints it', () => {
    expect(JSON.stringify(first) + String(first)).not.toContain(k1.toString('base64'));
  });
});

import fc from 'fast-check';
import { decodePayload, encodePayload, type StepEnvelope } from 'reprise/core';
import { readReply, readRequest, wrapRequest } from './index.js';

const envelope: StepEnvelope = {
  v: 1,
  saga: 'order.place',
  instance: 'order-1',
  run: 'run-1',
  step: 'reserveStock',
  call: 0,
  attempt: 1,
  key: 'run-1:0',
  deadline: 1,
};
const overTheWire = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));

describe('a request on the wire', () => {
  it('I2 comes out as it went in, whatever the input', () => {
    const seed = Date.now() & 0x7fffffff;
    const names = fc.oneof(fc.string(), fc.constantFrom('$saga', '$input', '$t', '$$t', '__proto__', 'constructor'));
    const input = fc.anything({ key: names, withDate: true, withBigInt: true, withMap: true, withSet: true });
    fc.assert(
      fc.property(input, (value) => {
        const read = readRequest(overTheWire(wrapRequest(envelope, value)));
        expect(read.envelope).toEqual(envelope);
        expect(encodePayload(read.decode())).toEqual(encodePayload(decodePayload(encodePayload(value))));
      }),
      { seed },
    );
  });

  it('leaves the properties of an object where an ordinary handler expects them', () => {
    expect(wrapRequest(envelope, { sku: 'tea' })).toEqual({ sku: 'tea', $saga: envelope });
    expect(wrapRequest(envelope, ['tea'])).toEqual({ $saga: envelope, $input: ['tea'] });
  });

  it('of an ordinary caller is taken as it is', () => {
    for (const payload of [{ sku: 'tea' }, 'tea', null, undefined, [1]]) {
      expect(readRequest(payload).envelope).toBeUndefined();
      expect(readRequest(payload).decode()).toBe(payload);
    }
  });

  it('is refused when its envelope is of another version or broken', () => {
    for (const broken of [{ ...envelope, v: 2 }, { v: 1 }, 'x', null]) {
      expect(() => readRequest({ $saga: broken })).toThrow('not an envelope of version 1');
    }
  });
});

describe('a reply on the wire', () => {
  it('is told from a bare result, and an unreadable one from both', () => {
    const error = { name: 'E', message: 'm', stack: 'secret', cause: {} };
    expect(readReply({ $reprise: 1, ok: true, result: 1 })).toEqual({ $reprise: 1, ok: true, result: 1 });
    expect(readReply({ $reprise: 1, ok: false, kind: 'fatal', error })).toEqual({
      $reprise: 1,
      ok: false,
      kind: 'fatal',
      error: { name: 'E', message: 'm' },
    });
    for (const bare of [undefined, null, 'text', 1, { ok: true }]) expect(readReply(bare)).toBeUndefined();
    for (const odd of [{ $reprise: 2 }, { $reprise: 1, ok: true }, { $reprise: 1, ok: false, kind: 'x', error }]) {
      expect(readReply(odd)).toBe('unreadable');
    }
  });
});

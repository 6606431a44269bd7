import fc from 'fast-check';
import { base64, fromBase64 } from './base64.js';

describe('base64', () => {
  it('is that of RFC 4648', () => {
    const cases = {
      '': '',
      f: 'Zg==',
      fo: 'Zm8=',
      foo: 'Zm9v',
      foob: 'Zm9vYg==',
      fooba: 'Zm9vYmE=',
      foobar: 'Zm9vYmFy',
    };
    for (const [plain, coded] of Object.entries(cases)) {
      expect(base64(new TextEncoder().encode(plain))).toBe(coded);
      expect(new TextDecoder().decode(fromBase64(coded))).toBe(plain);
    }
  });

  it('agrees with Node on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(base64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(base64(bytes))).toEqual(bytes);
      }),
    );
  });
});

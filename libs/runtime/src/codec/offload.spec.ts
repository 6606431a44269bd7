import { createHash } from 'node:crypto';
import { SagaError, type Json } from 'reprise/core';
import { Bucket, keyOf } from '../../../../test/store/sample-codec.js';
import { CodecChain } from './codec-chain.js';
import { encryption } from './encryption.js';
import { offload, type OffloadOptions } from './offload.js';

const at = { binding: 'here' };
const big = { text: 'ü'.repeat(60) };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('I2 offload', () => {
  const setUp = (more: Partial<OffloadOptions> = {}) => {
    const bucket = new Bucket();
    return { bucket, codec: offload({ threshold: 100, put: bucket.put, get: bucket.get, ...more }) };
  };

  it('puts a payload over the threshold under the SHA-256 of its bytes, and leaves a reference', async () => {
    const { bucket, codec } = setUp();
    const stored = await codec.encode(big, at);
    const text = JSON.stringify(big);
    expect(stored).toEqual({ $t: 'o', k: sha256(text), n: Buffer.byteLength(text) });
    expect(Buffer.from(bucket.objects.get(sha256(text))!).toString('utf8')).toBe(text);
    expect(await codec.decode(stored, at)).toEqual(big);
    expect(await codec.encode(big, { binding: 'elsewhere' })).toEqual(stored);
  });

  it('counts bytes, not characters, and leaves what is at the threshold where it is', async () => {
    const { bucket, codec } = setUp();
    const fits = ['x'.repeat(98), 'ü'.repeat(49), 5, null];
    for (const payload of fits) expect(await codec.encode(payload, at)).toBe(payload);
    expect(bucket.objects.size).toBe(0);
    for (const payload of ['x'.repeat(99), `${'ü'.repeat(49)}x`]) {
      expect(await codec.encode(payload, at)).toMatchObject({ $t: 'o', n: 101 });
    }
  });

  it('leaves everything that is no reference as it is', async () => {
    const { codec } = setUp();
    const values: Json[] = [null, 'o', { $t: 'o' }, { $t: 'x', k: 'a', n: 1 }, [{ $t: 'o', k: 'a', n: 1 }]];
    for (const value of values) expect(await codec.decode(value, at)).toBe(value);
  });

  it('says "not now" when the object store does not answer, and why', async () => {
    const { bucket, codec } = setUp();
    const stored = await codec.encode(big, at);
    bucket.before = () => {
      throw new Error('503 slow down');
    };
    for (const call of [codec.encode(big, at), codec.decode(stored, at)]) {
      await expect(call).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        what: expect.stringContaining('503 slow down'),
      });
    }
  });

  it('says "not now" when the object store takes too long, and tells it so', async () => {
    let told: AbortSignal | undefined;
    const { codec } = setUp({
      timeout: 1,
      put: (_key, _bytes, signal) => {
        told = signal;
        return new Promise(() => undefined);
      },
    });
    await expect(codec.encode(big, at)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(told!.aborted).toBe(true);
  });

  it('tells an object that is missing from one that is another', async () => {
    const { bucket, codec } = setUp();
    const stored = (await codec.encode(big, at)) as { k: string };
    bucket.objects.set(stored.k, Buffer.from('"forged"'));
    await expect(codec.decode(stored, at)).rejects.toMatchObject({ code: 'PAYLOAD_TAMPERED' });
    bucket.objects.clear();
    await expect(codec.decode(stored, at)).rejects.toMatchObject({
      code: 'PAYLOAD_MISSING',
      what: expect.stringContaining(stored.k),
    });
  });

  it('has no more than so many calls under way', async () => {
    let [now, most] = [0, 0];
    const { bucket, codec } = setUp({ concurrency: 3 });
    bucket.before = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => codec.encode([big, i], at)));
    expect([bucket.puts, most, now]).toEqual([20, 3, 0]);
  });

  it.each<[string, Partial<OffloadOptions>]>([
    ['a threshold', { threshold: NaN }],
    ['a threshold of at least 0', { threshold: -1 }],
    ['put', { put: undefined as never }],
    ['get', { get: 'get' as never }],
    ['a concurrency', { concurrency: 0 }],
    ['a span of time', { timeout: 'soon' as never }],
  ])('wants %s', (_what, wrong) => {
    expect(() => setUp(wrong)).toThrow(SagaError);
  });

  it('lets the object store see ciphertext only, and refuses the order in which it would not', async () => {
    const { bucket, codec } = setUp();
    const encrypted = encryption({ keys: { k1: keyOf('k1') }, current: 'k1' });
    const chain = new CodecChain([encrypted, codec]);
    const stored = await chain.encode({ secret: 'open sesame', big }, 'here');
    expect(stored).toMatchObject({ $t: 'o' });
    const [object] = [...bucket.objects.values()].map((bytes) => Buffer.from(bytes).toString('utf8'));
    expect(JSON.parse(object!)).toMatchObject({ $t: 'x', k: 'k1' });
    expect(object).not.toContain('sesame');
    expect(await chain.decode(stored, 'here')).toEqual({ secret: 'open sesame', big });
    expect(() => new CodecChain([codec, encrypted])).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIGURATION' }) as Error,
    );
  });
});

import { createHash } from 'node:crypto';
import type { PayloadCodec } from 'reprise/core';
import { encryption, offload } from 'reprise/runtime';

/** A key of 32 bytes, the same for the same name. */
export function keyOf(name: string): Buffer {
  return createHash('sha256').update(name).digest();
}

/** An object store in memory. */
export class Bucket {
  readonly objects = new Map<string, Uint8Array>();
  puts = 0;
  /** Called before each call; throws to make it fail. */
  before: (method: 'put' | 'get', key: string) => void | Promise<void> = () => undefined;

  readonly put = async (key: string, bytes: Uint8Array): Promise<void> => {
    await this.before('put', key);
    this.puts++;
    this.objects.set(key, Uint8Array.from(bytes));
  };

  readonly get = async (key: string): Promise<Uint8Array | undefined> => {
    await this.before('get', key);
    return this.objects.get(key);
  };
}

/** Everything at once: encrypted, and every payload of some length in the bucket. */
export function sampleCodec(bucket = new Bucket(), threshold = 100): PayloadCodec[] {
  return [
    encryption({ keys: { k1: keyOf('k1') }, current: 'k1' }),
    offload({ threshold, put: bucket.put, get: bucket.get }),
  ];
}

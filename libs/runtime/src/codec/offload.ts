import { createHash } from 'node:crypto';
import { milliseconds, recordError, SagaError, type Duration, type Json, type PayloadCodec } from 'reprise/core';
import { Bounded } from './bounded.js';

export interface OffloadOptions {
  /** Payloads that take more bytes of JSON than this are put elsewhere. */
  readonly threshold: number;
  /** Keeps the bytes under the key; durable when it resolves. The same key comes with the same bytes, perhaps again. */
  readonly put: (key: string, bytes: Uint8Array, signal: AbortSignal) => Promise<unknown>;
  /** Gives the bytes back; undefined when there are none under the key. Rejects when it cannot say. */
  readonly get: (key: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** How long `put` and `get` may take. Default 10 s. */
  readonly timeout?: Duration;
  /** How many calls of `put` and `get` may be under way. Default 16. */
  readonly concurrency?: number;
}

/** How a payload that is kept elsewhere is stored. Values of sagas never look like this: a `$t` of theirs is escaped. */
interface Reference {
  readonly $t: 'o';
  /** The key: the SHA-256 of the bytes, in hexadecimal digits. */
  readonly k: string;
  /** How many bytes. */
  readonly n: number;
}

/**
 * Keeps large payloads in an object store of yours, under a key that is the SHA-256 of their bytes; the history has a reference. While the
 * object store is away, instances that need it wait with backoff, and others go on. What comes back is compared with its key.
 *
 * Write it after `encryption`, so that the object store sees ciphertext. Nothing is ever deleted there: keep objects for longer than
 * histories.
 *
 * @throws SagaError `INVALID_CONFIGURATION`. Writing and reading throw `STORE_UNAVAILABLE` when the object store does not answer, reading
 *   `PAYLOAD_MISSING` when it has no such object and `PAYLOAD_TAMPERED` when it has another.
 * @example offload({ threshold: 64_000, put: (key, bytes) => bucket.write(key, bytes), get: (key) => bucket.read(key) })
 */
export function offload(options: OffloadOptions): PayloadCodec {
  return new Offload(options);
}

export class Offload implements PayloadCodec {
  private readonly timeout: number;
  private readonly calls: Bounded;

  constructor(private readonly options: OffloadOptions) {
    const { threshold, put, get, timeout = '10s', concurrency = 16 } = options;
    const counts = threshold >= 0 && Number.isSafeInteger(concurrency) && concurrency > 0;
    if (!counts || typeof put !== 'function' || typeof get !== 'function') {
      throw new SagaError(
        'INVALID_CONFIGURATION',
        'offload() needs a threshold in bytes, the functions put and get, and a concurrency of at least 1.',
        'Write offload({ threshold: 64_000, put, get }).',
      );
    }
    this.timeout = milliseconds(timeout);
    this.calls = new Bounded(concurrency);
  }

  encode(payload: Json): Json | Promise<Json> {
    const text = JSON.stringify(payload);
    // A character takes at most three bytes: short texts need not be counted.
    if (text.length * 3 <= this.options.threshold) return payload;
    const bytes = Buffer.from(text, 'utf8');
    return bytes.length > this.options.threshold ? this.putAway(bytes) : payload;
  }

  decode(stored: Json): Json | Promise<Json> {
    return isReference(stored) ? this.fetch(stored) : stored;
  }

  private async putAway(bytes: Buffer): Promise<Json> {
    const key = digest(bytes);
    await this.inTime('take', key, (signal) => this.options.put(key, bytes, signal));
    return { $t: 'o', k: key, n: bytes.length };
  }

  private async fetch({ k: key, n }: Reference): Promise<Json> {
    const bytes = await this.inTime('give back', key, (signal) => this.options.get(key, signal));
    if (bytes === undefined || bytes === null) {
      throw new SagaError(
        'PAYLOAD_MISSING',
        `The object store has nothing under the key ${key}, where a payload of ${n} bytes should be.`,
        'Restore the object; keep objects for longer than histories.',
      );
    }
    if (digest(bytes) === key) return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
    throw new SagaError(
      'PAYLOAD_TAMPERED',
      `The object store answered other bytes than those that were put under the key ${key}.`,
      'Restore the object, and find out who wrote it.',
    );
  }

  private inTime<T>(doWhat: string, key: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.calls.run(async () => {
      const signal = AbortSignal.timeout(this.timeout);
      const late = new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error(`no answer within ${this.timeout} ms`)), {
          once: true,
        });
      });
      try {
        return await Promise.race([call(signal), late]);
      } catch (error) {
        throw new SagaError(
          'STORE_UNAVAILABLE',
          `The object store did not ${doWhat} the payload ${key}: ${recordError(error).message}`,
          'It is tried again; look at the object store if it goes on.',
          { cause: error },
        );
      }
    });
  }
}

function isReference(stored: Json): stored is Reference & { readonly [key: string]: Json } {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return false;
  const { $t, k, n } = stored as { readonly [key: string]: Json };
  return $t === 'o' && typeof k === 'string' && typeof n === 'number';
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

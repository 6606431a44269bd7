import { createCipheriv, createDecipheriv, randomBytes, type KeyObject, createSecretKey } from 'node:crypto';
import { SagaError, type Json, type PayloadCodec, type PayloadContext } from 'reprise/core';

/** A key of 256 bits: its 32 bytes, or these in base64. */
export type EncryptionKey = Uint8Array | string;

export interface EncryptionOptions {
  /** Every key that values may have been encrypted with, by an id of yours, which is stored beside each value. */
  readonly keys: Readonly<Record<string, EncryptionKey>>;
  /** The id of the key that encrypts from now on. */
  readonly current: string;
  /**
   * False: a value that is not encrypted is refused with `PAYLOAD_TAMPERED`, once all that was written before is gone. Default true:
   * what was written before encryption was switched on stays readable.
   */
  readonly acceptPlain?: boolean;
}

/** How an encrypted value is stored. Values of sagas never look like this: a `$t` of theirs is escaped. */
interface Encrypted {
  readonly $t: 'x';
  /** The id of the key. */
  readonly k: string;
  /** Initialisation vector, authentication tag and ciphertext, in base64. */
  readonly v: string;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts payloads with AES-256-GCM, each with a random 96-bit initialisation vector of its own. The key's id and the place of the
 * payload (run, event, call; of a message its id) are authenticated with it: an altered value, and one that was moved to another run or
 * call, is refused. A copy of a history under another run has to go through the store, which decrypts what it reads and encrypts what it
 * writes; a copy that is made with SQL cannot be read.
 *
 * With one key, encrypt at most 2^32 values (four thousand million); then make another key the current one.
 *
 * @throws SagaError `INVALID_CONFIGURATION` with every mistake: a key that has not 32 bytes, a current key that is missing. Reading
 *   throws `PAYLOAD_KEY_UNKNOWN` and `PAYLOAD_TAMPERED`.
 * @example encryption({ keys: { k2: process.env.PAYLOAD_KEY_2!, k1: process.env.PAYLOAD_KEY_1! }, current: 'k2' })
 */
export function encryption(options: EncryptionOptions): PayloadCodec {
  return new Encryption(options);
}

export class Encryption implements PayloadCodec {
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly current: string;
  private readonly acceptPlain: boolean;

  constructor({ keys, current, acceptPlain = true }: EncryptionOptions) {
    this.keys = keysOf(keys, current);
    this.current = current;
    this.acceptPlain = acceptPlain;
  }

  encode(payload: Json, { binding }: PayloadContext): Json {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keys.get(this.current)!, iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(authenticated(this.current, binding));
    const text = Buffer.concat([cipher.update(JSON.stringify(payload), 'utf8'), cipher.final()]);
    return { $t: 'x', k: this.current, v: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64') };
  }

  decode(stored: Json, { binding }: PayloadContext): Json {
    if (!isEncrypted(stored)) {
      if (this.acceptPlain) return stored;
      throw tampered(binding, 'is not encrypted');
    }
    const key = this.keys.get(stored.k);
    if (!key) throw keyUnknown(stored.k, binding);
    const bytes = Buffer.from(stored.v, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(authenticated(stored.k, binding));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return JSON.parse(text.toString('utf8')) as Json;
    } catch {
      // The reason that OpenSSL gives says nothing more, and could tell an attacker something.
      throw tampered(binding, `does not fit its key "${stored.k}"`);
    }
  }
}

function authenticated(key: string, binding: string): Buffer {
  return Buffer.from(JSON.stringify(['reprise', 1, key, binding]), 'utf8');
}

function isEncrypted(stored: Json): stored is Encrypted & { readonly [key: string]: Json } {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return false;
  const { $t, k, v } = stored as { readonly [key: string]: Json };
  return $t === 'x' && typeof k === 'string' && typeof v === 'string';
}

function keysOf(keys: Readonly<Record<string, EncryptionKey>>, current: string): Map<string, KeyObject> {
  const problems: string[] = [];
  const found = new Map<string, KeyObject>();
  for (const [id, key] of Object.entries(keys ?? {})) {
    const bytes = bytesOf(key);
    if (bytes?.length === KEY_BYTES) found.set(id, createSecretKey(bytes));
    else problems.push(`Key "${id}" has ${bytes?.length ?? 'no'} bytes instead of ${KEY_BYTES}.`);
  }
  if (typeof current !== 'string' || !Object.hasOwn(keys ?? {}, current)) {
    problems.push(`The current key "${String(current)}" is not among the keys.`);
  }
  if (problems.length === 0) return found;
  throw new SagaError(
    'INVALID_CONFIGURATION',
    `The encryption of payloads is set up wrongly: ${problems.join(' ')}`,
    'Make a key with `openssl rand -base64 32`, and give it as base64 or as bytes.',
  );
}

/** Undefined for what is neither bytes nor base64. */
function bytesOf(key: EncryptionKey): Uint8Array | undefined {
  if (key instanceof Uint8Array) return key;
  return typeof key === 'string' && /^[\w+/-]+={0,2}$/.test(key) ? Buffer.from(key, 'base64') : undefined;
}

function keyUnknown(key: string, binding: string): SagaError {
  return new SagaError(
    'PAYLOAD_KEY_UNKNOWN',
    `A payload (${binding}) was encrypted with the key "${key}", which this process does not have.`,
    'Add the key to `encryption({ keys })` and deploy.',
  );
}

function tampered(binding: string, how: string): SagaError {
  return new SagaError(
    'PAYLOAD_TAMPERED',
    `A payload (${binding}) ${how}: it was altered, or moved from another place.`,
    'Restore the row from a backup, and find out who wrote it.',
  );
}

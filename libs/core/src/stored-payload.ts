import type { Json } from './json.js';

/** What a payload belongs to. The same when it is written and whenever it is read. */
export interface PayloadContext {
  /**
   * Names the one place where the payload may stand, for instance `0198… StepCompleted 3 1 result`. Encryption authenticates it, so that
   * a value which is moved to another place is refused.
   */
  readonly binding: string;
}

/**
 * Changes payloads on their way into the store and back: encrypts, compresses, puts them elsewhere. The engine and the saga's code see
 * neither; limits of size are checked before.
 *
 * - `decode` gives back exactly what `encode` was given.
 * - What another codec wrote, or none, `decode` answers as it came: values from before the codec was switched on stay readable. Tell
 *   your own by an object with a `$t` of yours: no value of a saga is stored as an object with a `$t` that Reprise does not know.
 * - A `SagaError` with the code `STORE_UNAVAILABLE` says "not now": the engine waits and tries again. Anything else is for good.
 *
 * @example
 * const packed: PayloadCodec = {
 *   encode: (payload) => ({ $t: 'packed', v: pack(payload) }),
 *   decode: (stored) => (isPacked(stored) ? unpack(stored.v) : stored),
 * };
 */
export interface PayloadCodec {
  encode(payload: Json, context: PayloadContext): Json | Promise<Json>;
  decode(stored: Json, context: PayloadContext): Json | Promise<Json>;
}

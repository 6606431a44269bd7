import { recordError, SagaError, type Json, type PayloadCodec } from 'reprise/core';
import { Encryption } from './encryption.js';
import { Offload } from './offload.js';

/** Codecs one after the other: the first is the first to encode, and the last to decode. */
export class CodecChain {
  /** @throws SagaError `INVALID_CONFIGURATION` when payloads would leave for an object store before they are encrypted */
  constructor(private readonly codecs: readonly PayloadCodec[]) {
    const offload = codecs.findIndex((codec) => codec instanceof Offload);
    if (offload >= 0 && codecs.some((codec, i) => i > offload && codec instanceof Encryption)) {
      throw new SagaError(
        'INVALID_CONFIGURATION',
        'The option `codec` has offload() before encryption(): the object store would see plain payloads.',
        'Write encryption(…) first.',
      );
    }
  }

  readonly encode = async (payload: Json, binding: string): Promise<Json> => {
    let stored = payload;
    for (const codec of this.codecs) stored = await codec.encode(stored, { binding });
    return stored;
  };

  /** @throws SagaError `STORE_UNAVAILABLE` for the moment; any other for good */
  readonly decode = async (stored: Json, binding: string): Promise<Json> => {
    try {
      let payload = stored;
      for (let i = this.codecs.length - 1; i >= 0; i--) payload = await this.codecs[i]!.decode(payload, { binding });
      return payload;
    } catch (error) {
      if (error instanceof SagaError) throw error;
      throw new SagaError(
        'PAYLOAD_UNREADABLE',
        `A codec could not decode a stored payload: ${recordError(error).message}`,
        'Mend the codec and deploy; what is stored is unchanged.',
        { cause: error },
      );
    }
  };
}

import { decodePayload, encodePayload, SagaError, type Json, type StepEnvelope } from 'reprise/core';

/** The reserved property of a request that carries the envelope beside the input. */
export const ENVELOPE_KEY = '$saga';
/** Where the input travels when it is not an object that the envelope could be put into. */
export const INPUT_KEY = '$input';
const TAG = '$t';

/** A request as a participant finds it. */
export interface WireRequest {
  /** Absent when the sender is not a saga. */
  readonly envelope?: StepEnvelope;
  /** The input as it travelled, before decoding: what two deliveries of one request have in common. */
  readonly encoded: unknown;
  /** @throws if the sender's encoding is broken */
  decode(): unknown;
}

/**
 * The payload of a request: the input itself with the envelope as one more property, so that an ordinary `@MessagePattern`
 * handler finds its input where it expects it. An input that is no plain object travels as `{ $saga, $input }`.
 *
 * @param limit the longest input, in characters of JSON
 * @throws SagaError `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
 */
export function wrapRequest(envelope: StepEnvelope, input: unknown, limit?: number): Json {
  const encoded = encodePayload(input, 'the input of the command', limit);
  const travelling = envelope as unknown as Json;
  return isPlain(encoded) && ![ENVELOPE_KEY, INPUT_KEY, TAG].some((key) => Object.hasOwn(encoded, key))
    ? { ...encoded, [ENVELOPE_KEY]: travelling }
    : { [ENVELOPE_KEY]: travelling, [INPUT_KEY]: encoded };
}

/**
 * Reads what `wrapRequest` made; anything else is the request of an ordinary caller.
 * @throws SagaError `BAD_REQUEST_ENVELOPE` for an envelope that this release cannot read
 */
export function readRequest(payload: unknown): WireRequest {
  if (!isPlain(payload) || !Object.hasOwn(payload, ENVELOPE_KEY)) return { encoded: payload, decode: () => payload };
  const { [ENVELOPE_KEY]: envelope, ...rest } = payload;
  if (!isEnvelope(envelope)) {
    throw new SagaError(
      'BAD_REQUEST_ENVELOPE',
      `A request came with a "${ENVELOPE_KEY}" that is not an envelope of version 1.`,
      'If the sender is newer than this participant, deploy the participant.',
    );
  }
  const encoded = (Object.hasOwn(rest, INPUT_KEY) ? rest[INPUT_KEY] : rest) as Json;
  return { envelope, encoded, decode: () => decodePayload(encoded) };
}

function isPlain(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEnvelope(value: unknown): value is StepEnvelope {
  if (!isPlain(value)) return false;
  const texts = [value['saga'], value['instance'], value['run'], value['step'], value['key']];
  const numbers = [value['call'], value['attempt'], value['deadline']];
  return (
    value['v'] === 1 &&
    texts.every((text) => typeof text === 'string') &&
    numbers.every((number) => typeof number === 'number') &&
    [value['undoes'], value['flow']].every((text) => text === undefined || typeof text === 'string')
  );
}

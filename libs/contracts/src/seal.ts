import type { ReplyEnvelope, StepEnvelope } from 'reprise/core';
import { ENVELOPE_KEY, readRequest } from './request-wire.js';

/** HMAC-SHA-256 of a text, in base64. */
export type Hmac = (key: string, text: string) => string;

/** Shorter keys could be guessed. */
const SHORTEST_KEY = 32;

/** What is wrong with keys that two services share, in words; undefined when they are good. */
export function sharedKeyMistake(keys: readonly string[]): string | undefined {
  if (
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.every((key) => typeof key === 'string' && key.length >= SHORTEST_KEY)
  )
    return undefined;
  return `\`sharedKeys\` is not a list of texts of at least ${SHORTEST_KEY} characters each.`;
}

/**
 * Signs requests and answers with a key that both services have, so that nobody else can send or answer commands. A signature covers
 * everything that has a meaning: a request with its operation, key, attempt and deadline, an answer with the request that it is for.
 */
export class Seal {
  /** @param keys the first one signs, every one is accepted: to change keys, add the new one everywhere, then put it first */
  constructor(
    private readonly keys: readonly string[],
    private readonly hmac: Hmac,
  ) {}

  /** The payload of a request with its signature in the envelope. */
  signRequest(pattern: string, payload: unknown): unknown {
    const { envelope, encoded } = readRequest(payload);
    const signature = this.sign(requestText(pattern, envelope!, encoded));
    return { ...(payload as object), [ENVELOPE_KEY]: { ...envelope, signature } };
  }

  acceptsRequest(pattern: string, envelope: StepEnvelope, encoded: unknown): boolean {
    return this.accepts(requestText(pattern, envelope, encoded), envelope.signature);
  }

  signReply(request: AnsweredRequest, reply: ReplyEnvelope): ReplyEnvelope {
    return { ...reply, signature: this.sign(replyText(request, reply)) };
  }

  /** False for everything that is not a signed answer to this very attempt. */
  acceptsReply(request: AnsweredRequest, answer: unknown): boolean {
    if (typeof answer !== 'object' || answer === null) return false;
    return this.accepts(replyText(request, answer), (answer as { signature?: unknown }).signature);
  }

  private sign(text: string): string {
    return this.hmac(this.keys[0]!, text);
  }

  private accepts(text: string, signature: unknown): boolean {
    if (typeof signature !== 'string') return false;
    return this.keys.map((key) => isSame(this.hmac(key, text), signature)).includes(true);
  }
}

/** What an answer is bound to. */
export type AnsweredRequest = Pick<StepEnvelope, 'key' | 'attempt'>;

function requestText(pattern: string, envelope: StepEnvelope, input: unknown): string {
  return canonical({ request: pattern, envelope: unsigned(envelope), input });
}

function replyText({ key, attempt }: AnsweredRequest, reply: object): string {
  return canonical({ answer: key, attempt, reply: unsigned(reply) });
}

function unsigned(value: object): object {
  const { signature: _signature, ...rest } = value as { signature?: unknown };
  return rest;
}

/** JSON whose properties are in order: on its way an object may be taken apart and put together again. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const sorted = Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted);
  });
}

/** Takes as long for a signature that is nearly right as for any other. */
function isSame(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length;
  for (let at = 0; at < expected.length; at++) difference |= expected.charCodeAt(at) ^ given.charCodeAt(at);
  return difference === 0;
}

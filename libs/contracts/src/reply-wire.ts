import type { RecordedError, ReplyEnvelope } from 'reprise/core';

const KINDS: ReadonlySet<unknown> = new Set(['declared', 'fatal', 'transient']);

/**
 * Tells a participant's answer from the bare result of an ordinary handler.
 * @returns the answer, `'unreadable'` for one of another version or shape, undefined for a bare result
 */
export function readReply(answer: unknown): ReplyEnvelope | 'unreadable' | undefined {
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, '$reprise')) return undefined;
  const reply = answer as { $reprise: unknown; ok?: unknown; kind?: unknown; error?: unknown };
  if (reply.$reprise !== 1) return 'unreadable';
  if (reply.ok === true && Object.hasOwn(reply, 'result')) return answer as ReplyEnvelope;
  if (reply.ok !== false || !KINDS.has(reply.kind)) return 'unreadable';
  const error = forTheWire(reply.error);
  return error ? { $reprise: 1, ok: false, kind: reply.kind as 'fatal', error } : 'unreadable';
}

/** What of an error travels between services: name, message, code and data; no stack, no cause. */
export function forTheWire(error: unknown): RecordedError | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { name, message, code, data } = error as Partial<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof message !== 'string') return undefined;
  return {
    name,
    message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(data === undefined ? {} : { data: data as NonNullable<RecordedError['data']> }),
  };
}

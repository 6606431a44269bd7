import type { HandlingTimes, Json, RecordedError, ReplyEnvelope } from 'reprise/core';

const KINDS: ReadonlySet<unknown> = new Set(['declared', 'fatal', 'transient']);

/**
 * Tells a participant's answer from the bare result of an ordinary handler.
 * @returns the answer, `'unreadable'` for one of another version or shape, undefined for a bare result
 */
export function readReply(answer: unknown): ReplyEnvelope | 'unreadable' | undefined {
  if (typeof answer !== 'object' || answer === null || !Object.hasOwn(answer, '$reprise')) return undefined;
  const reply = answer as Partial<Record<'$reprise' | 'ok' | 'kind' | 'error' | 'times', unknown>>;
  if (reply.$reprise !== 1) return 'unreadable';
  const times = timesOf(reply.times);
  const said = times === undefined ? {} : { times };
  if (reply.ok === true && Object.hasOwn(reply, 'result')) {
    const { result } = answer as { result: Json };
    return { $reprise: 1, ok: true, result, ...said };
  }
  if (reply.ok !== false || !KINDS.has(reply.kind)) return 'unreadable';
  const error = forTheWire(reply.error);
  return error ? { $reprise: 1, ok: false, kind: reply.kind as 'fatal', error, ...said } : 'unreadable';
}

/** Undefined for what are no times: they decide nothing, so that an answer is not refused for them. */
function timesOf(said: unknown): HandlingTimes | undefined {
  if (typeof said !== 'object' || said === null) return undefined;
  const { received, handled } = said as Partial<Record<keyof HandlingTimes, unknown>>;
  return Number.isSafeInteger(received) && Number.isSafeInteger(handled)
    ? { received: received as number, handled: handled as number }
    : undefined;
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

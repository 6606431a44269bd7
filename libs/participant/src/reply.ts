import { validateWith } from 'reprise/contracts';
import { encodePayload, recordError, SagaError, type RecordedError, type ReplyEnvelope } from 'reprise/core';
import type { HandledCommand } from './handled-command.js';
import { Refusal } from './refusal.js';

/**
 * The answer to a step that was performed: the result as the handler returned it, checked against the contract.
 * @throws Refusal `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE` or `INVALID_COMMAND_RESULT`
 */
export async function resultReply(
  { command }: HandledCommand,
  result: unknown,
  limit?: number,
  limitInBytes = Infinity,
): Promise<ReplyEnvelope> {
  const { output } = command.definition;
  if (output === undefined) return { $reprise: 1, ok: true, result: encodePayload(undefined) };
  const encoded = encodeOrRefuse(result, `the result of "${command.pattern}"`, limit);
  const checked = await validateWith(output, result);
  if (!checked.valid) {
    throw new Refusal(
      'fatal',
      'INVALID_COMMAND_RESULT',
      `The handler of "${command.pattern}" returned what its contract does not allow: ${checked.issues}.`,
      'Correct the handler or the contract.',
    );
  }
  const reply: ReplyEnvelope = { $reprise: 1, ok: true, result: encoded };
  if (limitInBytes < Infinity && Buffer.byteLength(JSON.stringify(reply)) > limitInBytes) {
    throw new Refusal(
      'fatal',
      'PAYLOAD_TOO_LARGE',
      `the result of "${command.pattern}" is larger than the ${limitInBytes} bytes that its transport takes.`,
      'Store it elsewhere and return a reference, or raise the limit of the server.',
    );
  }
  return reply;
}

/** The answer to a step whose handler threw: a declared error, or one that may pass when the step is tried again (law S4). */
export function failureReply(handled: HandledCommand, thrown: unknown): ReplyEnvelope {
  if (thrown instanceof Refusal) return refusalReply(thrown);
  try {
    const declared = declaredRecord(handled, thrown);
    if (declared !== undefined) return { $reprise: 1, ok: false, kind: 'declared', error: declared };
  } catch (error) {
    return refusalReply(unserialisable(error, `the data of an error of "${handled.command.pattern}"`));
  }
  const { name, message } = recordError(thrown);
  return { $reprise: 1, ok: false, kind: 'transient', error: { name, message, code: 'HANDLER_FAILED' } };
}

export function refusalReply({ kind, error }: Refusal): ReplyEnvelope {
  return { $reprise: 1, ok: false, kind, error: { name: error.name, message: error.message, code: error.code } };
}

/** The record of an error that the command declares, undefined for any other. Throws when its data cannot be serialised. */
export function declaredRecord({ declared }: HandledCommand, thrown: unknown): RecordedError | undefined {
  for (const kind of declared.values()) {
    const recorded = kind.record(thrown);
    if (recorded !== undefined) return recorded;
  }
  return undefined;
}

function encodeOrRefuse(value: unknown, what: string, limit?: number): ReturnType<typeof encodePayload> {
  try {
    return encodePayload(value, what, limit);
  } catch (error) {
    throw unserialisable(error, what);
  }
}

function unserialisable(error: unknown, what: string): Refusal {
  return error instanceof SagaError
    ? new Refusal('fatal', error.code, error.what, error.advice)
    : new Refusal('fatal', 'NOT_SERIALISABLE', `${what} cannot be serialised.`, 'Return plain data.', { cause: error });
}

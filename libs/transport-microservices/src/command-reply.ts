import { forTheWire, readReply, validateWith, type Command } from 'reprise/contracts';
import {
  decodePayload,
  encodePayload,
  SagaError,
  type RecordedError,
  type ReplyEnvelope,
  type StepReply,
} from 'reprise/core';

/**
 * What an answer means: a participant's reply, or the bare result of an ordinary handler (no value is `undefined`).
 * @param sent when the request was handed over, in milliseconds since the epoch
 * @throws SagaError `BAD_REPLY` for an answer that cannot be read
 */
export async function replyOf(contract: Command, answer: unknown, sent: number): Promise<StepReply> {
  const reply = readReply(answer);
  if (reply === 'unreadable') throw badReply(contract);
  return { ...(await meaningOf(contract, answer, reply)), delivery: { sent, ...reply?.times } };
}

async function meaningOf(contract: Command, answer: unknown, reply: ReplyEnvelope | undefined): Promise<StepReply> {
  if (reply === undefined) return resultOf(contract, answer);
  if (reply.ok) return resultOf(contract, decode(contract, reply.result));
  return reply.kind === 'declared' ? declaredOf(contract, reply.error) : { outcome: reply.kind, error: reply.error };
}

/** What an error that an ordinary handler, a guard or a filter sent means. Nest delivers strings and objects of many shapes. */
export async function failureOf(contract: Command, failure: unknown): Promise<StepReply> {
  const { name, code, message, data } = partsOf(failure);
  const declared = [name, code].find((word) => typeof word === 'string' && contract.errors.has(word)) as
    string | undefined;
  if (declared !== undefined) {
    const kept = data === undefined ? {} : { data: encodePayload(data) };
    return declaredOf(contract, { name: declared, code: declared, message: textOf(message) ?? declared, ...kept });
  }
  const error = {
    name: textOf(name) ?? 'Error',
    message: textOf(message) ?? `"${contract.pattern}" failed and said nothing.`,
  };
  return code === 'INVALID_COMMAND_INPUT'
    ? { outcome: 'fatal', error: { ...error, code } }
    : { outcome: 'transient', error: { ...error, code: 'HANDLER_FAILED' } };
}

async function resultOf(contract: Command, value: unknown): Promise<StepReply> {
  const { output } = contract.definition;
  if (output === undefined) return { outcome: 'completed', result: undefined };
  const checked = await validateWith(output, value);
  return checked.valid
    ? { outcome: 'completed', result: checked.value }
    : brokenContract(`The result of "${contract.pattern}" is not what its contract promises: ${checked.issues}.`);
}

/** A name that this side's contract does not know is believed: the participant says that the effect did not happen. */
async function declaredOf(contract: Command, error: RecordedError): Promise<StepReply> {
  const schema = contract.errors.get(error.name)?.schema;
  if (schema !== undefined) {
    const data = error.data === undefined ? undefined : decode(contract, error.data);
    const checked = await validateWith(schema, data);
    if (!checked.valid) {
      return brokenContract(
        `"${contract.pattern}" answered ${error.name} with data that its contract does not allow: ${checked.issues}.`,
      );
    }
  }
  return { outcome: 'declared', error };
}

function brokenContract(what: string): StepReply {
  const error = new SagaError('INVALID_COMMAND_RESULT', what, 'Bring both services to the same contract.');
  return { outcome: 'fatal', error: { ...forTheWire(error)!, code: error.code } };
}

function decode(contract: Command, json: Parameters<typeof decodePayload>[0]): unknown {
  try {
    return decodePayload(json);
  } catch (cause) {
    throw badReply(contract, cause);
  }
}

function badReply(contract: Command, cause?: unknown): SagaError {
  return new SagaError(
    'BAD_REPLY',
    `The answer to "${contract.pattern}" cannot be read.`,
    'If the participant is newer than this orchestrator, deploy the orchestrator.',
    { cause },
  );
}

function partsOf(failure: unknown): Partial<Record<'name' | 'code' | 'message' | 'data', unknown>> {
  return typeof failure === 'object' && failure !== null ? failure : { message: failure };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value || undefined;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

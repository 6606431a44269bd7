import {
  decodePayload,
  encodePayload,
  isVerified,
  recordError,
  SagaError,
  type AttemptOutcome,
  type StepReply,
} from 'reprise/core';
import type { Attempt } from './attempt.js';

/**
 * Looks once whether a step happened (law S6). Whatever keeps it from finding out is tried again: only a verdict settles the step.
 * @param ask performs the verification with the step's input
 */
export async function verify(
  { definition, call }: Attempt,
  ask: (args: readonly unknown[]) => Promise<StepReply>,
  payloadLimit: number | undefined,
): Promise<AttemptOutcome> {
  try {
    const args = call.input.map(decodePayload);
    const reply = await ask(args);
    if (reply.outcome !== 'completed') return { outcome: 'transient', error: reply.error };
    const verdict = definition.verdict!(reply.result, args);
    if (!isVerified(verdict)) throw noVerdict(definition.name);
    if (!verdict.happened)
      return { outcome: 'absent', error: { name: 'Error', message: `${definition.name} says so` } };
    const result = encodePayload(verdict.result, `the result that ${definition.name} found`, payloadLimit);
    return { outcome: 'completed', result };
  } catch (error) {
    return { outcome: 'transient', error: recordError(error) };
  }
}

function noVerdict(name: string): SagaError {
  return new SagaError(
    'INVALID_CONFIGURATION',
    `The verification ${name} said neither that the step happened nor that it did not.`,
    'Return happened(result) or didNotHappen.',
  );
}

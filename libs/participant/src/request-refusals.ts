import type { SagaError } from 'reprise/core';
import { Refusal } from './refusal.js';

/** Requests that are not even begun, by the code that they are refused with: these are counted. The others only came at a bad moment. */
export const COUNTED: ReadonlySet<string> = new Set([
  'BAD_REQUEST_ENVELOPE',
  'BAD_SIGNATURE',
  'INVALID_COMMAND_INPUT',
  'PAYLOAD_TOO_LARGE',
  'REQUEST_COMPENSATED',
  'REQUEST_DEADLINE_PASSED',
  'REQUEST_KEY_REUSED',
]);

export function pastDeadline(pattern: string): Refusal {
  return new Refusal(
    'transient',
    'REQUEST_DEADLINE_PASSED',
    `A request for "${pattern}" came after its deadline and was not run.`,
    'If this happens often, give the step a longer timeout, and compare the clocks of the two machines.',
  );
}

export function notSigned(pattern: string): Refusal {
  return new Refusal(
    'transient',
    'BAD_SIGNATURE',
    `A request for "${pattern}" is not signed with a key that this participant shares with the sender; it was not run.`,
    'Give both sides the same `sharedKeys`.',
  );
}

export function shuttingDown(): Refusal {
  return new Refusal(
    'transient',
    'PARTICIPANT_SHUTTING_DOWN',
    'The participant is shutting down and takes no new request.',
    'The step is tried again by its policy.',
  );
}

export function tooLarge(pattern: string, limit: number): Refusal {
  return new Refusal(
    'fatal',
    'PAYLOAD_TOO_LARGE',
    `The input of "${pattern}" takes more than the ${limit} characters that this participant takes.`,
    'Pass a reference, or raise `payloadLimit` of ParticipantModule.',
  );
}

export function invalidInput(pattern: string, issues: string): Refusal {
  return new Refusal(
    'fatal',
    'INVALID_COMMAND_INPUT',
    `The input of "${pattern}" is not what its contract asks for: ${issues}.`,
    'Bring both services to the same contract.',
  );
}

export function undecodable(pattern: string, cause: unknown): Refusal {
  return new Refusal(
    'fatal',
    'INVALID_COMMAND_INPUT',
    `The input of "${pattern}" cannot be decoded.`,
    'It was written by a newer release, or not by Reprise at all.',
    { cause },
  );
}

/** @param error of `readRequest` */
export function unreadable(error: unknown): Refusal {
  const { code, what, advice } = error as SagaError;
  return new Refusal('transient', code, what, advice);
}

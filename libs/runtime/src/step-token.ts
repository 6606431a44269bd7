import { SagaError } from 'reprise/core';

/** What a token says: which call of which run. */
export interface TokenContents {
  readonly id: string;
  readonly run: string;
  readonly call: number;
  /** How often an operator had edited its input by then. */
  readonly edits?: number | undefined;
}

/** The form of tokens: a change of it gets a new number, and old tokens stay good. */
const VERSION = 1;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The token by which a call is completed from outside; opaque, safe in a URL. It is not a secret. */
export function stepToken({ id, run, call, edits }: TokenContents): string {
  const contents = [VERSION, id, run, call, ...(edits === undefined ? [] : [edits])];
  return Buffer.from(JSON.stringify(contents)).toString('base64url');
}

/** @throws SagaError `INVALID_TOKEN` */
export function readToken(token: string): TokenContents {
  const [version, id, run, call, edits] = contents(token);
  const valid =
    version === VERSION && typeof id === 'string' && typeof run === 'string' && UUID.test(run) && isCount(call);
  if (valid && (edits === undefined || isCount(edits))) return { id, run, call, edits };
  throw new SagaError(
    'INVALID_TOKEN',
    'What was given as the token of a step is none.',
    'Hand over what `currentStep().token` answered in the body of the step, unchanged.',
  );
}

function contents(token: string): readonly unknown[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(read) ? (read as unknown[]) : [];
  } catch {
    return [];
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

import type { ReplyEnvelope } from 'reprise/core';
import type { EntityManager } from 'typeorm';

/** What the inbox has to know of a request. */
export interface InboxRequest {
  readonly key: string;
  /** Present when the request takes back another: the key of that one. */
  readonly undoes?: string | undefined;
  /** The pattern of the command. */
  readonly command: string;
  /** Tells one input from another. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
}

/** Runs the handler and says how it went; never rejects. */
export type Perform = (manager?: EntityManager) => Promise<ReplyEnvelope>;

/** Results and declared errors are first answers; everything else may be tried again. */
export function isAnswer(reply: ReplyEnvelope): boolean {
  return reply.ok || reply.kind === 'declared';
}

import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';
import { recordError } from './recorded-error.js';
import { SagaError } from './saga-error.js';

/**
 * What the sender of a message that asks for an answer is told.
 * - `accepted`: the history has it; an answer follows.
 * - `completed`, `failed`: the answer.
 * - `refused`: nothing was done, and the history knows nothing of it.
 */
export type Reply =
  | { readonly stage: 'accepted' }
  | { readonly stage: 'completed'; readonly result: Json }
  | { readonly stage: 'failed' | 'refused'; readonly error: RecordedError };

/** A reply to one message. */
export interface MessageReply {
  /** The id of the message. */
  readonly message: string;
  readonly reply: Reply;
}

/** What the sender of a message that asks for an answer is told when the instance ended before it could take the message in. */
export const ENDED_BEFORE: Reply = {
  stage: 'refused',
  error: recordError(new SagaError('INSTANCE_CLOSED', 'The instance ended before it took the message in.')),
};

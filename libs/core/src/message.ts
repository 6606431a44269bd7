import type { InstanceKey } from './instance-key.js';
import type { Json } from './json.js';
import type { SagaError } from './saga-error.js';

/** A message to an instance, in its mailbox until a turn takes it in. */
export interface Message {
  /** A UUID, or the sender's own key: a message with an id seen before is not stored again while the first is unread. */
  readonly id: string;
  readonly kind: 'signal' | 'update' | 'cancel' | 'resume' | 'result' | 'undo' | 'operate' | 'cue' | 'emit';
  /**
   * The name of the signal or update; the operator's name for `resume`; the reason for `cancel`; the action of `operate`; the event of a
   * `cue`, and of an `emit`, which no instance gets: it leaves with a turn to be published.
   */
  readonly name: string;
  /** The arguments of a signal or update; of a `result` one `StepResult`, of `operate` one `OperatorRequest`, of a
   * `cue` its payload and for which call it is, of an `emit` its payload and what it comes from. */
  readonly input: readonly Json[];
  /** Why its input, and what came after it, cannot be read. The message stays in the mailbox. */
  readonly unreadable?: SagaError;
}

/** A message from one instance to another. */
export interface OutgoingMessage {
  /** The receiver's shard and id. */
  readonly to: { readonly shard: number; readonly id: string };
  readonly message: Message;
}

/** One that may not have been delivered yet, with the run that sent it. */
export interface UnsentMessage extends OutgoingMessage {
  readonly from: InstanceKey;
}

/** Whose reply is asked for. */
export interface ReplyAddress {
  /** Of the instance that the message was sent to. */
  readonly shard: number;
  readonly id: string;
  /** The id of the message. */
  readonly message: string;
}

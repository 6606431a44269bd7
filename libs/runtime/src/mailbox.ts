import {
  isUnavailable,
  type Execution,
  type IncomingEvent,
  type Message,
  type MessageReply,
  type Orphan,
  type SagaDefinition,
  recordError,
  SagaError,
} from 'reprise/core';
import type { Intake } from './intake.js';
import { messageEffect, type MessageEffect } from './message-events.js';
import type { Operation } from './operation.js';

export interface MailboxOwner {
  readonly execution: Execution;
  readonly definition: SagaDefinition;
  /** True when the instance is no longer here: what it has not taken in stays in the store. */
  gone(): boolean;
  /** What word of how a step ended means. */
  told(result: Message): readonly IncomingEvent[];
  /** What has to be known before a message comes in. */
  search(message: Message): Promise<void> | undefined;
  /** What an operator asks for. */
  operation(message: Message): Operation;
  orphan(orphan: Omit<Orphan, 'key'>): void;
  /** Says in the log what became of a message. */
  warn(what: string): void;
  /** A message cannot be read, for the moment or for good. */
  unreadable(cause: SagaError): void;
}

/** Messages of one instance between the store and a turn: one that is here already is not taken twice (M1). */
export class Mailbox {
  private readonly pending = new Set<string>();
  private replies: MessageReply[] = [];

  /** Why the next message cannot be read: signals that came after it wait for it (M1). */
  blocked: SagaError | undefined;

  /** True when that will not pass by itself. */
  get parks(): boolean {
    return this.blocked !== undefined && !isUnavailable(this.blocked);
  }

  constructor(private readonly owner: MailboxOwner) {}

  /** Hands over what is new among the unread messages of the store. */
  take(unread: readonly Message[], receive: (intake: Intake) => void): void {
    for (const message of unread) {
      if (message.unreadable || this.pending.has(message.id)) continue;
      this.pending.add(message.id);
      if (message.kind === 'operate') void this.prepare(message, receive);
      else this.admit(message, receive);
    }
    for (const intake of this.blocking(unread)) receive(intake);
  }

  private admit(message: Message, receive: (intake: Intake) => void): void {
    const { execution, definition } = this.owner;
    const intake = this.intake(message, () => messageEffect(message, execution, definition));
    const search = this.owner.search(message);
    if (search) void search.then(() => receive(intake));
    else receive(intake);
  }

  /** Hands over what an operator asks for as soon as it can be done. If the database is away, it is taken again later. */
  private async prepare(message: Message, receive: (intake: Intake) => void): Promise<void> {
    const operation = this.owner.operation(message);
    if (operation.settles) {
      try {
        await operation.settle();
      } catch (error) {
        this.pending.delete(message.id);
        return this.owner.unreadable(asUnavailable(error));
      }
    }
    receive(this.intake(message, () => operation.effect()));
  }

  private intake(message: Message, effect: () => MessageEffect): Intake {
    return {
      read: () => this.read(message, effect),
      orphaned: () => this.orphaned(message),
      message: message.id,
    };
  }

  /** They left the store with a turn. */
  consumed(messages: readonly string[]): void {
    for (const message of messages) this.pending.delete(message);
  }

  /** Parks the instance before a message that cannot be read, and frees it when it can. */
  private blocking(unread: readonly Message[]): Intake[] {
    const before = this.blocked;
    this.blocked = unread.find(({ unreadable }) => unreadable)?.unreadable;
    const { blocked, owner } = this;
    if (blocked) owner.unreadable(blocked);
    if (blocked && this.parks) {
      const { code, message } = blocked;
      return [{ read: () => (owner.execution.state.incident ? [] : [{ type: 'IncidentOpened', code, message }]) }];
    }
    if (!before || isUnavailable(before)) return [];
    return [
      {
        read: () =>
          owner.execution.state.incident?.code === before.code ? [{ type: 'IncidentResolved', by: 'reprise' }] : [],
      },
    ];
  }

  /** What the messages that were read since the last time are answered at once; it goes with the turn that takes them in. */
  takeReplies(): MessageReply[] {
    const taken = this.replies;
    this.replies = [];
    return taken;
  }

  private read(message: Message, effect: () => MessageEffect): readonly IncomingEvent[] {
    if (message.kind === 'result') return this.owner.told(message);
    const { events, reply, warning } = effect();
    if (warning) this.owner.warn(warning);
    if (reply) this.replies.push({ message: message.id, reply });
    return events;
  }

  private orphaned({ id, kind, name, input }: Message): void {
    const { orphan } = this.owner;
    const { state } = this.owner.execution;
    if (this.owner.gone()) return;
    if (kind === 'result') {
      const reason = state.closed ? 'closed-instance' : 'duplicate-result';
      return orphan({ id, reason, payload: { message: id, kind, name, input } });
    }
    if (kind === 'cue') {
      const { cue } = input[1] as { readonly cue: string };
      if (!state.cues.has(cue)) orphan({ id, reason: 'late-event', payload: { message: id, kind, name, input } });
      return;
    }
    if (kind !== 'signal' || state.signals.has(id)) return;
    orphan({ id, reason: state.closed ? 'closed-instance' : `unknown-signal:${name}` });
  }
}

function asUnavailable(error: unknown): SagaError {
  return error instanceof SagaError ? error : new SagaError('STORE_UNAVAILABLE', recordError(error).message);
}

import type { Execution, IncomingEvent, Message, Orphan, SagaDefinition } from 'reprise/core';
import { messageEvents } from './message-events.js';

/** One message on its way into a turn. */
export interface MessageIntake {
  read(): readonly IncomingEvent[];
  orphaned(): void;
  readonly message: string;
}

export interface MailboxOwner {
  readonly execution: Execution;
  readonly definition: SagaDefinition;
  /** True when the instance is no longer here: what it has not taken in stays in the store. */
  readonly gone: boolean;
  orphan(orphan: Omit<Orphan, 'key'>): void;
}

/** Messages of one instance between the store and a turn: one that is here already is not taken twice (M1). */
export class Mailbox {
  private readonly pending = new Set<string>();

  constructor(private readonly owner: MailboxOwner) {}

  /** What is new among the unread messages of the store. */
  take(unread: readonly Message[]): MessageIntake[] {
    return unread
      .filter(({ id }) => !this.pending.has(id))
      .map((message) => {
        this.pending.add(message.id);
        return {
          read: () => messageEvents(message, this.owner.execution.state, this.owner.definition),
          orphaned: () => this.orphaned(message),
          message: message.id,
        };
      });
  }

  /** They left the store with a turn. */
  consumed(messages: readonly string[]): void {
    for (const message of messages) this.pending.delete(message);
  }

  private orphaned({ id, kind, name }: Message): void {
    const { gone, orphan } = this.owner;
    const { state } = this.owner.execution;
    if (kind !== 'signal' || gone || state.signals.has(id)) return;
    orphan({ id, reason: state.closed ? 'closed-instance' : `unknown-signal:${name}` });
  }
}

import type {
  Clock,
  InstanceKey,
  MessageReply,
  OutgoingMessage,
  Reply,
  ReplyAddress,
  UnsentMessage,
} from 'reprise/core';

interface Unsent {
  readonly unsent: string;
  readonly since: number;
}

/** Replies to messages, and messages between instances, of a memory store. Kept as text, so that nothing is shared. */
export class MemoryCorrespondence {
  private readonly written = new Map<string, { readonly reply: string; readonly at: number }>();
  private readonly leaving = new Map<string, Unsent>();

  constructor(private readonly clock: Clock) {}

  reply(id: string, replies: readonly MessageReply[]): void {
    const at = this.clock.now();
    for (const { message, reply } of replies)
      this.written.set(nameOf(id, message), { reply: JSON.stringify(reply), at });
  }

  /** A message that was answered before, and had been sent again, keeps its answer (law M3). */
  replyUnlessAnswered(id: string, note: MessageReply): void {
    if (!this.written.has(nameOf(id, note.message))) this.reply(id, [note]);
  }

  replies(asked: readonly ReplyAddress[]): (ReplyAddress & { readonly reply: Reply })[] {
    return asked.flatMap((address) => {
      const found = this.written.get(nameOf(address.id, address.message));
      return found ? { ...address, reply: JSON.parse(found.reply) as Reply } : [];
    });
  }

  removeReplies(before: number, limit: number): number {
    const old = [...this.written].filter(([, { at }]) => at < before).slice(0, limit);
    for (const [name] of old) this.written.delete(name);
    return old.length;
  }

  send(from: InstanceKey, outgoing: readonly OutgoingMessage[], now: number): void {
    for (const sent of outgoing) {
      this.leaving.set(nameOf(from.run, sent.message.id), { unsent: JSON.stringify({ ...sent, from }), since: now });
    }
  }

  unsent(before: number, limit: number): UnsentMessage[] {
    return [...this.leaving.values()]
      .filter(({ since }) => since <= before)
      .slice(0, limit)
      .map(({ unsent }) => JSON.parse(unsent) as UnsentMessage);
  }

  /** Takes what the run has emitted, in its order. */
  takeEmitted({ run }: InstanceKey): UnsentMessage[] {
    const emitted = [...this.leaving.values()]
      .map(({ unsent }) => JSON.parse(unsent) as UnsentMessage)
      .filter(({ from, message }) => from.run === run && message.kind === 'emit')
      .sort((one, other) => callOf(one) - callOf(other));
    this.relayed(emitted);
    return emitted;
  }

  /** The ids of what the run has emitted and has not left yet. */
  emittedBy(run: string): string[] {
    const all = [...this.leaving.values()].map(({ unsent }) => JSON.parse(unsent) as UnsentMessage);
    return all
      .filter(({ from, message }) => from.run === run && message.kind === 'emit')
      .map(({ message }) => message.id);
  }

  relayed(sent: readonly UnsentMessage[]): void {
    for (const { from, message } of sent) this.leaving.delete(nameOf(from.run, message.id));
  }
}

function nameOf(owner: string, message: string): string {
  return `${owner}\n${message}`;
}

/** What a run emits is called by the run and the call. */
function callOf({ from, message }: UnsentMessage): number {
  return Number(message.id.slice(from.run.length + 1));
}

import { SagaError, shardOf, type Clock, type HistoryStore, type MessageReply, type Reply } from 'reprise/core';
import { AnswerWatch } from './answer-watch.js';

/** Nothing came in time, or the engine was closed. */
export type NoReply = { readonly stage: 'none'; readonly error: SagaError };

/** `first`: the first word, for instance that an update was accepted. `last`: the answer itself. */
export type Awaited = 'first' | 'last';

/** Waits for what the senders of messages are told. */
export class ReplyWatch {
  private readonly watch: AnswerWatch<Reply | NoReply>;

  /** @param longest milliseconds between two questions; `Infinity`: the store's hints are enough */
  constructor(
    private readonly store: HistoryStore,
    clock: Clock,
    longest: number,
  ) {
    this.watch = new AnswerWatch<Reply | NoReply>({
      clock,
      longest,
      onHint: (listener) => store.onHint(listener),
      ask: (keys) => this.ask(keys),
    });
  }

  /**
   * @param id of the instance
   * @param timeout milliseconds; undefined: for as long as it takes
   */
  reply(
    id: string,
    message: string,
    awaited: Awaited,
    local: boolean,
    timeout: number | undefined,
    late: () => SagaError,
  ): Promise<Reply | NoReply> {
    return this.watch.answer(keyOf(id, message, awaited), local, timeout, () => ({ stage: 'none', error: late() }));
  }

  /** A reply became durable in this process. */
  replied(id: string, { message, reply }: MessageReply): void {
    this.watch.answered(keyOf(id, message, 'first'), reply);
    if (reply.stage !== 'accepted') this.watch.answered(keyOf(id, message, 'last'), reply);
  }

  close(): void {
    this.watch.close(() => ({
      stage: 'none',
      error: new SagaError(
        'SHUTTING_DOWN',
        'The engine was closed before the answer came.',
        'Send it again with the same key after the restart: it is done once.',
      ),
    }));
  }

  private async ask(keys: readonly string[]): Promise<Map<string, Reply>> {
    const asked = keys.map((key) => JSON.parse(key) as [id: string, message: string, awaited: Awaited]);
    const found = await this.store.replies(asked.map(([id, message]) => ({ shard: shardOf(id), id, message })));
    const replies = new Map<string, Reply>();
    for (const { id, message, reply } of found) {
      replies.set(keyOf(id, message, 'first'), reply);
      if (reply.stage !== 'accepted') replies.set(keyOf(id, message, 'last'), reply);
    }
    return replies;
  }
}

function keyOf(id: string, message: string, awaited: Awaited): string {
  return JSON.stringify([id, message, awaited]);
}

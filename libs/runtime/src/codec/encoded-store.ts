import {
  summariseError,
  type AppendOutcome,
  type CallerStore,
  type CallerTransaction,
  type ClaimedInstance,
  type CueStore,
  type HistoryStore,
  type HostedVersion,
  type InstanceCatalogue,
  type InstanceKey,
  type Message,
  type Orphan,
  type PayloadCodec,
  type ForkedRun,
  type Postponement,
  type PostOutcome,
  type Reply,
  type ReplyAddress,
  type SagaError,
  type StepProgress,
  type StepTransactions,
  type Successor,
  type Turn,
  type TurnAppend,
  type UnsentMessage,
} from 'reprise/core';
import { CodecChain } from './codec-chain.js';
import { convertFields, convertTurn, type Convert } from './convert-fields.js';
import { EncodedTransactions } from './encoded-transactions.js';
import { convertMessage } from './message-payloads.js';
import { encodedCatalogue, encodeOrphan } from './orphan-payloads.js';
import { overlay } from './overlay.js';
import { encodeCues, encodedCues } from './encoded-cues.js';
import { EncodedProgress } from './encoded-progress.js';
import { REPLY_PAYLOADS } from './payload-fields.js';
import type { StoreCarriesPayloads } from './store-members.js';

/**
 * The store as the engine uses it when there is a codec: payloads are encoded on their way in and decoded on their way out, and nobody
 * above sees it (law I2). Without a codec it is the store itself.
 */
export function encodedStore(
  store: HistoryStore,
  codec: PayloadCodec | readonly PayloadCodec[] | undefined,
): HistoryStore {
  const codecs = codec === undefined ? [] : [codec].flat();
  return codecs.length === 0 ? store : overlay(store, new EncodedStore(store, new CodecChain(codecs)));
}

class EncodedStore implements Required<Pick<HistoryStore, StoreCarriesPayloads>> {
  readonly catalogue: InstanceCatalogue;
  readonly transactions: StepTransactions | undefined;
  readonly progress: StepProgress;
  readonly cues: CueStore;
  /** An append that is tried again is not encoded again: it would be put away again, too. */
  private readonly prepared = new WeakMap<TurnAppend, Promise<TurnAppend>>();

  constructor(
    private readonly store: HistoryStore,
    private readonly codec: CodecChain,
  ) {
    this.catalogue = encodedCatalogue(store.catalogue, codec);
    this.transactions = store.transactions && new EncodedTransactions(store.transactions, codec);
    this.progress = new EncodedProgress(store.progress, codec);
    this.cues = encodedCues(store.cues, codec);
  }

  async append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    return this.store.append(worker, await Promise.all(turns.map((turn) => this.encoded(turn))));
  }

  async prepare(turn: TurnAppend): Promise<void> {
    await this.encoded(turn);
  }

  /** One that cannot be read does not keep the others back. */
  async claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    const claimed = await this.store.claim(worker, limit, hosted);
    return Promise.all(
      claimed.map(async (instance) => {
        try {
          return { ...instance, turns: await this.decoded(instance.summary.key, instance.turns) };
        } catch (error) {
          return { ...instance, unreadable: error as SagaError };
        }
      }),
    );
  }

  async unread(worker: string): ReturnType<HistoryStore['unread']> {
    const boxes = await this.store.unread(worker);
    return Promise.all(boxes.map(async ({ key, messages }) => ({ key, messages: await this.read(messages) })));
  }

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    return this.store.post(shard, id, await convertMessage(message, this.codec.encode));
  }

  async history(key: InstanceKey): Promise<Turn[]> {
    return this.decoded(key, await this.store.history(key));
  }

  within(transaction: CallerTransaction): CallerStore {
    const caller = this.store.within(transaction);
    return {
      start: async (turn) => caller.start(await this.encoded(turn)),
      post: async (shard, id, message) => caller.post(shard, id, await convertMessage(message, this.codec.encode)),
      publish: async (cues) => caller.publish(await encodeCues(cues, this.codec.encode)),
      find: (shard, id) => caller.find(shard, id),
    };
  }

  async succeed(worker: string, key: InstanceKey, successor: Successor): ReturnType<HistoryStore['succeed']> {
    const turn = await convertTurn(successor.run, successor.turn, this.codec.encode);
    return this.store.succeed(worker, key, { ...successor, turn });
  }

  async postpone(key: InstanceKey, postponement: Postponement): ReturnType<HistoryStore['postpone']> {
    const turn = await convertTurn(key.run, postponement.turn, this.codec.encode);
    return this.store.postpone(key, { ...postponement, turn });
  }

  async fork(copy: ForkedRun): ReturnType<HistoryStore['fork']> {
    const turns = await Promise.all(copy.turns.map((turn) => convertTurn(copy.run, turn, this.codec.encode)));
    return this.store.fork({ ...copy, turns });
  }

  async replies(asked: readonly ReplyAddress[]): ReturnType<HistoryStore['replies']> {
    const found = await this.store.replies(asked);
    return Promise.all(
      found.map(async (answer) => ({
        ...answer,
        reply: await this.reply(answer.message, answer.reply, this.codec.decode),
      })),
    );
  }

  /** One that cannot be read stays where it is, and does not keep the others back. */
  async unsent(olderThan: number, limit: number): Promise<UnsentMessage[]> {
    const found = await this.store.unsent(olderThan, limit);
    const read = await Promise.all(
      found.map(async (sent) => {
        try {
          return [{ ...sent, message: await convertMessage(sent.message, this.codec.decode) }];
        } catch {
          return [];
        }
      }),
    );
    return read.flat();
  }

  async recordOrphan(orphan: Orphan): Promise<void> {
    await this.store.recordOrphan(await encodeOrphan(orphan, this.codec.encode));
  }

  private encoded(append: TurnAppend): Promise<TurnAppend> {
    const known = this.prepared.get(append);
    if (known) return known;
    const encoding = this.encode(append);
    this.prepared.set(append, encoding);
    encoding.catch(() => this.prepared.delete(append));
    return encoding;
  }

  private async encode(append: TurnAppend): Promise<TurnAppend> {
    const { key, turn, head } = append;
    // What lists show of an error has no data, whoever wrote it: it is read without being decoded.
    const shown = head?.error ? { head: { ...head, error: summariseError(head.error) } } : {};
    const { encode } = this.codec;
    const replies = append.replies?.map(async ({ message, reply }) => ({
      message,
      reply: await this.reply(message, reply, encode),
    }));
    const outgoing = append.outgoing?.map(async (sent) => ({
      ...sent,
      message: await convertMessage(sent.message, encode),
    }));
    return {
      ...append,
      ...shown,
      turn: await convertTurn(key.run, turn, encode),
      ...(replies ? { replies: await Promise.all(replies) } : {}),
      ...(outgoing ? { outgoing: await Promise.all(outgoing) } : {}),
    };
  }

  private reply(message: string, reply: Reply, convert: Convert): Promise<Reply> {
    return convertFields(reply, REPLY_PAYLOADS, `reply ${message}`, convert);
  }

  private decoded(key: InstanceKey, turns: readonly Turn[]): Promise<Turn[]> {
    return Promise.all(turns.map((turn) => convertTurn(key.run, turn, this.codec.decode)));
  }

  /**
   * In order up to the first that cannot be read. Signals after it wait too, so that none overtakes it (law M1); what people ask for,
   * and has no payload, goes past it.
   */
  private async read(messages: readonly Message[]): Promise<Message[]> {
    const read: Message[] = [];
    let blocked = false;
    for (const message of messages) {
      if (blocked && (message.kind === 'signal' || message.input.length > 0)) continue;
      try {
        read.push(await convertMessage(message, this.codec.decode));
      } catch (error) {
        blocked = true;
        read.push({ ...message, input: [], unreadable: error as SagaError });
      }
    }
    return read;
  }
}

import {
  declaredBy,
  decodePayload,
  encodePayload,
  milliseconds,
  SagaError,
  SagaUpdateError,
  shardOf,
  type CallerTransaction,
  type DeclaredError,
  type HistoryStore,
  type Json,
  type Message,
  type Reply,
  type SagaDefinition,
} from 'reprise/core';
import type { SignalOptions, UpdateOptions } from './engine-options.js';
import { unknownUpdate } from './message-events.js';
import type { NoReply, ReplyWatch } from './reply-watch.js';
import { expectAccepted } from './refused-message.js';
import { uuidV7 } from './uuid-v7.js';

export interface MessengerOptions {
  readonly store: HistoryStore;
  readonly replies: ReplyWatch;
  readonly payloadLimit: number | undefined;
  /** Called when a message is in a mailbox. */
  readonly posted: () => void;
  /** True if the instance is in this process's memory. */
  readonly holds: (id: string) => boolean;
}

/** An update that was accepted. */
export interface AcceptedUpdate {
  /** The key of its message: whoever sends it again with it gets the same answer. */
  readonly key: string;
  /** What its handler answered. @throws SagaUpdateError `UPDATE_FAILED`, SagaError `RESULT_TIMED_OUT` */
  result(options?: Pick<UpdateOptions, 'timeout'>): Promise<unknown>;
}

/** How long an update may wait to be accepted by a worker, in milliseconds. */
const ACCEPTANCE = 30_000;

/** Sends messages to instances, and brings back the answers to those that have one. */
export class Messenger {
  constructor(private readonly options: MessengerOptions) {}

  async signal(id: string, name: string, args: readonly unknown[], { key, manager }: SignalOptions): Promise<void> {
    await this.post(
      id,
      { id: key ?? uuidV7(), kind: 'signal', name, input: this.encode(args, 'signal', name) },
      manager,
    );
  }

  async cancel(id: string, reason: string): Promise<void> {
    await this.post(id, { id: uuidV7(), kind: 'cancel', name: reason, input: [] });
  }

  async resume(id: string, by: string): Promise<void> {
    await this.post(id, { id: uuidV7(), kind: 'resume', name: by, input: [] });
  }

  /** Sends an update; resolves when it is accepted. */
  async update(
    definition: SagaDefinition,
    id: string,
    name: string,
    args: readonly unknown[],
    { key = uuidV7(), acceptTimeout }: UpdateOptions,
  ): Promise<AcceptedUpdate> {
    if (!definition.updates.has(name)) throw unknownUpdate(definition, name);
    const message: Message = { id: key, kind: 'update', name, input: this.encode(args, 'update', name) };
    await this.postOrAnswered(id, message);
    const { replies, holds } = this.options;
    const patience = acceptTimeout === undefined ? ACCEPTANCE : milliseconds(acceptTimeout);
    const declared = declaredBy(definition);
    const first = await replies.reply(id, key, 'first', holds(id), patience, () => notAccepted(id, name, patience));
    if (first.stage === 'refused' || first.stage === 'none') resultOf(first, id, name, declared);
    return {
      key,
      result: async ({ timeout } = {}) => {
        const span = timeout === undefined ? undefined : milliseconds(timeout);
        const last =
          first.stage === 'accepted'
            ? await replies.reply(id, key, 'last', holds(id), span, () => notAnswered(id, name, span!))
            : first;
        return resultOf(last, id, name, declared);
      },
    };
  }

  /**
   * Sends a message that is answered when it is taken in. @param patience milliseconds
   * @throws SagaError `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`
   */
  async ask(id: string, message: Message, patience: number, late: () => SagaError): Promise<Reply | NoReply> {
    await this.post(id, message);
    const { replies, holds } = this.options;
    return replies.reply(id, message.id, 'last', holds(id), patience, late);
  }

  /** @throws SagaError `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED` */
  async post(id: string, message: Message, manager?: CallerTransaction): Promise<void> {
    const store = manager ? this.options.store.within(manager) : this.options.store;
    const outcome = await store.post(shardOf(id), id, message);
    expectAccepted(id, message, outcome);
    this.options.posted();
  }

  /** An update that is sent again may find that the instance has answered it and ended. */
  private async postOrAnswered(id: string, message: Message): Promise<void> {
    try {
      await this.post(id, message);
    } catch (error) {
      const closed = error instanceof SagaError && error.code === 'INSTANCE_CLOSED';
      const answered =
        closed && (await this.options.store.replies([{ shard: shardOf(id), id, message: message.id }])).length > 0;
      if (!answered) throw error;
    }
  }

  /** The arguments of a message. @throws SagaError `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE` */
  encode(args: readonly unknown[], kind: string, name: string): Json[] {
    return args.map((arg, i) =>
      encodePayload(arg, `argument ${i + 1} of ${kind} "${name}"`, this.options.payloadLimit),
    );
  }
}

function resultOf(
  reply: Reply | NoReply,
  id: string,
  name: string,
  declared: ReadonlyMap<string, DeclaredError>,
): unknown {
  switch (reply.stage) {
    case 'completed':
      return decodePayload(reply.result);
    case 'refused':
    case 'failed':
      throw new SagaUpdateError(id, name, reply.stage, reply.error, declared);
    case 'none':
      throw reply.error;
    case 'accepted':
      throw notAnswered(id, name, 0);
  }
}

function notAccepted(id: string, name: string, timeout: number): SagaError {
  return new SagaError(
    'UPDATE_NOT_ACCEPTED',
    `No worker took update "${name}" of instance "${id}" in within ${timeout} ms; one may still do so.`,
    'See whether a process is up that hosts the saga in its version, and send it again with the same key: it is done once.',
  );
}

function notAnswered(id: string, name: string, timeout: number): SagaError {
  return new SagaError(
    'RESULT_TIMED_OUT',
    `Update "${name}" of instance "${id}" has not ended within ${timeout} ms.`,
    'It goes on; send it again with the same key to wait for its answer.',
  );
}

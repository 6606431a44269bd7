import { setTimeout as wait } from 'node:timers/promises';
import {
  KafkaHeaders,
  ServerKafka,
  type BaseRpcContext,
  type KafkaContext,
  type KafkaOptions,
} from '@nestjs/microservices';
import { JSON_VALUES, TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import type { Observable } from 'rxjs';
import { limitAnswer } from '../answer-limit.js';
import type { Respond, ServerRecipe } from './server-recipe.js';

/** Partitions that one replica works on at the same time; within a partition one command comes after the other. */
const AT_ONCE = 16;
/** Between two attempts to reach the brokers at the start, in milliseconds. */
const PAUSE = 1_000;
/** So long an attempt to say something to a broker is repeated, before it counts as failed. */
const PATIENCE = { initialRetryTime: 200, maxRetryTime: 2_000, retries: 10 };
const LIMIT = TRANSPORT_CAPABILITIES['KAFKA']!.payloadLimit!;

/** A consumer group with the name of the service: each command goes to one replica, and to another when that one dies. */
export const kafkaServer: ServerRecipe = ({ service, options }) => {
  const { client, consumer, run, subscribe, ...rest } = options as Required<KafkaOptions>['options'];
  return new ParticipantServerKafka({
    ...rest,
    client: { clientId: service, brokers: ['localhost:9092'], ...client, retry: { ...PATIENCE, ...client?.retry } },
    consumer: {
      groupId: service,
      maxWaitTimeInMs: 500,
      // The driver ends the consumer for good after errors that it takes for final, such as a coordinator that is gone.
      retry: { ...PATIENCE, restartOnFailure: () => Promise.resolve(true) },
      ...consumer,
    },
    run: { partitionsConsumedConcurrently: AT_ONCE, ...run },
    // What was sent before the group existed is not lost; what is too old is not run.
    subscribe: { fromBeginning: true, ...subscribe },
  });
};

/** What is used of kafkajs' message. */
interface Delivery {
  readonly message: { readonly headers?: Readonly<Record<string, unknown>> };
}
interface Answer {
  readonly response?: unknown;
  readonly err?: unknown;
  readonly isDisposed?: boolean;
}
interface Producer {
  send(record: object): Promise<unknown>;
}

class ParticipantServerKafka extends ServerKafka {
  private closed = false;

  /** Nest gives up when no broker is there at the start. */
  override async start(callback: (error?: unknown) => void): Promise<void> {
    while (!this.closed) {
      try {
        await super.start(callback);
        return;
      } catch {
        await Promise.allSettled([this.consumer?.disconnect(), this.producer?.disconnect()]);
        await wait(PAUSE);
      }
    }
  }

  override close(): Promise<void> {
    this.closed = true;
    return super.close();
  }

  /** A topic keeps what nobody took. What nobody waits for any more is not run. */
  override async handleMessage(payload: never): Promise<unknown> {
    const deadline = Number(String((payload as Delivery).message.headers?.['reprise-deadline'] ?? Infinity));
    return deadline < Date.now() ? undefined : ((await super.handleMessage(payload)) as unknown);
  }

  protected override handleRequest(
    context: BaseRpcContext,
    produce: () => Promise<Observable<unknown>>,
    respond: Respond,
  ): void {
    limitAnswer(context, LIMIT);
    return super.handleRequest(context, produce, respond);
  }

  /** Nest writes texts and numbers as they are, and takes an object with a `value` for a message. */
  override async sendMessage(
    { response, err, isDisposed }: Answer,
    topic: string,
    partition: string | undefined | null,
    id: string,
    context: KafkaContext,
  ): Promise<never> {
    const headers: Record<string, Buffer> = { [KafkaHeaders.CORRELATION_ID]: Buffer.from(id) };
    if (err !== undefined && err !== null) {
      headers[KafkaHeaders.NEST_ERR] = Buffer.from(typeof err === 'string' ? err : JSON.stringify(err));
    }
    if (isDisposed) headers[KafkaHeaders.NEST_IS_DISPOSED] = Buffer.alloc(1);
    // Only who asks with `reprise/microservices` reads them; an ordinary client gets what Nest would send.
    const asked = context.getMessage().headers?.['reprise-deadline'] !== undefined;
    if (!asked)
      return super.sendMessage({ response, err, isDisposed } as never, topic, partition, id, context) as never;
    if (response !== undefined) headers[JSON_VALUES] = Buffer.from('1');
    const value = response === undefined ? null : JSON.stringify(response);
    return (await (this.producer as unknown as Producer).send({
      ...this.options.send,
      topic,
      messages: [
        { value, headers, ...(partition === undefined || partition === null ? {} : { partition: Number(partition) }) },
      ],
    })) as never;
  }
}

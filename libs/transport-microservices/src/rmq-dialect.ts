import { ClientRMQ, RmqRecordBuilder } from '@nestjs/microservices';
import { BrokerConnection } from './broker-connection.js';
import { brokerProblem } from './network-failure.js';
import type { ConnectionOptions, DeliveryTerms, ServiceDialect, ServiceToReach } from './service-dialect.js';
import { traceHeaders } from './trace-headers.js';
import { SilentLogger } from './silent-logger.js';

/** RabbitMQ: a queue per service that its replicas share. It keeps requests while the service is down, up to their deadline. */
export const rmqDialect: ServiceDialect = {
  name: 'RabbitMQ',
  packages: ['amqplib', 'amqp-connection-manager'],
  check({ urls, queue, noAck, replyQueue }) {
    const mistakes: string[] = [];
    if (urls !== undefined && !(Array.isArray(urls) && urls.length > 0))
      mistakes.push('`options.urls` is not a list of URLs.');
    if (queue !== undefined && (typeof queue !== 'string' || !queue)) {
      mistakes.push('`options.queue` is not the name of a queue.');
    }
    if (noAck === false) {
      mistakes.push('`noAck: false` is for the side that serves: answers to this side cannot be acknowledged.');
    }
    if (replyQueue !== undefined)
      mistakes.push('`replyQueue` is not declared by Nest, so no answer would come; leave it away.');
    return mistakes;
  },
  warnings: ({ persistent, queueOptions }) => [
    ...(persistent === false ? ['`persistent: false` loses what is queued when the broker restarts.'] : []),
    ...((queueOptions as { durable?: unknown } | undefined)?.durable === false
      ? ['`queueOptions.durable: false` loses the queue when the broker restarts.']
      : []),
  ],
  open: (reach) => new BrokerConnection(new FrankClientRmq(safe(reach)), wrap),
  problem: brokerProblem,
};

function safe({ service, options }: ServiceToReach): ConnectionOptions {
  const { queueOptions, socketOptions, ...rest } = options as Record<string, object | undefined>;
  return {
    queue: service,
    persistent: true,
    ...rest,
    queueOptions: { durable: true, ...queueOptions },
    socketOptions: { reconnectTimeInSeconds: 1, connectionOptions: { timeout: 5_000 }, ...socketOptions },
  };
}

/** What nobody took before its deadline is dropped by the broker: the next attempt sends it again. */
function wrap(payload: unknown, terms: DeliveryTerms): unknown {
  const { deadline, key } = terms;
  return new RmqRecordBuilder(payload)
    .setOptions({
      messageId: key,
      expiration: String(Math.max(1, deadline - Date.now())),
      headers: traceHeaders(terms),
    })
    .build();
}

/** What is used of an AMQP channel, and of one that comes back by itself. */
interface Answer {
  readonly properties: { readonly correlationId?: unknown };
}
interface AmqpChannel {
  consume(queue: string, take: (answer: Answer | null) => void, options: object): Promise<unknown>;
}
interface ReturningChannel {
  on(event: 'error', listener: () => void): void;
}

class FrankClientRmq extends ClientRMQ {
  protected override readonly logger = new SilentLogger();

  /** The channel of the connection of the moment: Nest asks for it twice. */
  private setting: { readonly client: unknown; readonly up: Promise<void> } | undefined;

  /** Nest never says that a channel could not be set up, for instance because the queue exists with other options. */
  override createChannel(): Promise<void> {
    const client = this.client as { createChannel(options: object): ReturningChannel };
    if (this.setting?.client === client) return this.setting.up;
    const up = new Promise<void>((resolve, reject) => {
      const channel = client.createChannel({
        json: false,
        setup: async (plain: unknown) => {
          try {
            await this.setupChannel(plain, resolve);
          } catch (error) {
            reject(error as Error);
            throw error;
          }
        },
      });
      channel.on('error', () => undefined);
      this.channel = channel;
    });
    // Whoever connects hears of it; Nest keeps it in a second place, where nobody does.
    up.catch(() => undefined);
    this.setting = { client, up };
    return up;
  }

  /** Nest does not expect the broker to cancel its subscription, nor an answer to a question that nobody asked. */
  override async consumeChannel(channel: AmqpChannel): Promise<void> {
    const take = (answer: Answer | null): void => {
      const id = answer?.properties.correlationId;
      if (typeof id === 'string' && this.routingMap.has(id)) this.responseEmitter.emit(id, answer);
    };
    await channel.consume(this.replyQueue, take, { noAck: true });
  }
}

import { ClientRedis, type ReadPacket, type RedisOptions, type WritePacket } from '@nestjs/microservices';
import { awaitListener } from './await-listener.js';
import { BrokerConnection } from './broker-connection.js';
import { brokerProblem } from './network-failure.js';
import type { ServiceDialect } from './service-dialect.js';
import { SilentLogger } from './silent-logger.js';
import { tolerant } from './unreadable-answer.js';

/** Without `retryAttempts` Nest's client gives up at the first failure, and can take the process with it. */
const DEFAULTS = {
  retryAttempts: Number.MAX_SAFE_INTEGER,
  retryDelay: 300,
  connectTimeout: 5_000,
  disconnectTimeout: 500,
};

/** What is used of the driver's client. */
interface RedisConnection {
  subscribe(channel: string): Promise<unknown>;
  /** @returns how many were listening */
  publish(channel: string, text: string): Promise<number>;
  disconnect(): void;
}

/** Redis publish/subscribe: nothing is kept for later, and every replica hears every request. */
export const redisDialect: ServiceDialect = {
  name: 'Redis',
  packages: ['ioredis'],
  check({ port, host }) {
    const mistakes: string[] = [];
    if (port !== undefined && !(Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536)) {
      mistakes.push(`\`options.port\` is ${JSON.stringify(port)}, which is not a port from 1 to 65535.`);
    }
    if (host !== undefined && (typeof host !== 'string' || !host)) mistakes.push('`options.host` is not a host name.');
    return mistakes;
  },
  warnings: ({ retryAttempts }) =>
    retryAttempts === undefined || (typeof retryAttempts === 'number' && retryAttempts > 1_000)
      ? []
      : [`\`retryAttempts: ${JSON.stringify(retryAttempts)}\` gives up for good after as many failures.`],
  open: ({ options }) => new BrokerConnection(new FrankClientRedis({ ...DEFAULTS, ...options })),
  problem: brokerProblem,
};

/** Says when nobody listens, which Redis knows and Nest does not ask, and leaves no rejection unhandled. */
class FrankClientRedis extends ClientRedis {
  protected override readonly logger = new SilentLogger();
  /** Channels of answers, as long as somebody may wait there: the connection is subscribed to each once. */
  private readonly subscribed = new Map<string, Promise<unknown>>();

  constructor(options: Required<RedisOptions>['options']) {
    super(options);
    this.deserializer = tolerant(this.deserializer);
  }

  protected override publish(partialPacket: ReadPacket, callback: (packet: WritePacket) => unknown): () => void {
    const packet = this.assignPacketId(partialPacket);
    const channel = this.normalizePattern(packet.pattern as string);
    const text = JSON.stringify(this.serializer.serialize(packet));
    const delivered = async (): Promise<boolean> =>
      (await this.deliver(this.getRequestPattern(channel), this.getReplyPattern(channel), text)) > 0;
    return awaitListener(this.routingMap, packet.id, callback, delivered);
  }

  override handleClose(): void {
    super.handleClose();
    this.subscribed.clear();
  }

  /** Nest says good-bye in order, and waits for a server that is gone until it is back. */
  override close(): Promise<void> {
    this.isManuallyClosed = true;
    this.handleClose();
    for (const client of [this.pubClient, this.subClient] as (RedisConnection | null)[]) client?.disconnect();
    this.pubClient = this.subClient = null;
    this.connectionPromise = null;
    return Promise.resolve();
  }

  private async deliver(channel: string, answers: string, text: string): Promise<number> {
    const subClient = this.subClient as RedisConnection;
    const pubClient = this.pubClient as RedisConnection;
    let subscribing = this.subscribed.get(answers);
    if (subscribing === undefined) {
      subscribing = subClient.subscribe(answers);
      this.subscribed.set(answers, subscribing);
      subscribing.catch(() => this.subscribed.delete(answers));
    }
    await subscribing;
    return pubClient.publish(channel, text);
  }
}

import { ServerRMQ, type ReadPacket, type RmqContext } from '@nestjs/microservices';
import type { ServerRecipe } from './server-recipe.js';

/** How many commands one replica has in hand at once. The broker gives the others to other replicas. */
const IN_HAND = 32;

/**
 * A durable queue with the name of the service, shared by its replicas. A command leaves the queue when it was answered: that of a
 * replica that died is delivered to another.
 */
export const rmqServer: ServerRecipe = ({ service, options }) => {
  const { queueOptions, socketOptions, ...rest } = options as Record<string, object | undefined>;
  return new AcknowledgingServerRmq({
    queue: service,
    noAck: false,
    prefetchCount: IN_HAND,
    ...rest,
    queueOptions: { durable: true, ...queueOptions },
    socketOptions: { reconnectTimeInSeconds: 1, ...socketOptions },
  });
};

interface Answer {
  readonly isDisposed?: boolean;
}
interface AmqpChannel {
  ack(message: unknown): void;
  consume(...how: unknown[]): Promise<unknown>;
}
interface ConnectionManager {
  createChannel(options: unknown): { on(event: 'error', listener: (error: unknown) => void): void };
}
interface ReturningChannel {
  sendToQueue(queue: unknown, content: Buffer, options: object): Promise<unknown>;
}

class AcknowledgingServerRmq extends ServerRMQ {
  /** Until the first channel is up: tells whoever waits for it that it cannot be. */
  private refuse: ((error: unknown) => void) | undefined;

  override listen(callback: (error?: unknown) => void): Promise<void> {
    this.refuse = callback;
    return super.listen(callback);
  }

  /** A channel that nobody listens to when it fails would end the process. */
  override async createClient<T>(): Promise<T> {
    const manager = await super.createClient<ConnectionManager>();
    const createChannel = manager.createChannel.bind(manager);
    manager.createChannel = (options) => {
      const channel = createChannel(options);
      channel.on('error', (error) => this.logger.error(error));
      return channel;
    };
    return manager as T;
  }

  /** Nest never says that a channel could not be set up, for instance because the queue exists with other options. */
  override async setupChannel(channel: AmqpChannel, callback: () => void): Promise<void> {
    const consume = channel.consume.bind(channel);
    channel.consume = (...how) => {
      const consuming = consume(...how);
      // The connection may be lost just now; then the channel is set up again, and nobody waits for this.
      consuming.catch(() => undefined);
      return consuming;
    };
    try {
      await super.setupChannel(channel, callback);
      this.refuse = undefined;
    } catch (error) {
      this.refuse?.(error);
      this.refuse = undefined;
      throw error;
    }
  }

  override sendMessage<T = unknown>(message: T, replyTo: unknown, correlationId: string, context: RmqContext): void {
    const { options, ...answer } = this.serializer.serialize(message as never) as { options?: object };
    const content = Buffer.from(JSON.stringify(answer));
    const channel = this.channel as ReturningChannel;
    // When the connection is closed for good the answer cannot be sent: the command is not acknowledged then, and comes again.
    channel.sendToQueue(replyTo, content, { correlationId, ...options }).then(
      () => {
        // Nest itself has rejected what nobody handles; such an answer is the only one that does not say that it is the last.
        if ((message as Answer).isDisposed) this.acknowledge(context);
      },
      () => undefined,
    );
  }

  override async handleEvent(pattern: string, packet: ReadPacket, context: RmqContext): Promise<unknown> {
    const handled = this.getHandlerByPattern(pattern) !== null;
    const result: unknown = await super.handleEvent(pattern, packet, context);
    if (handled) this.acknowledge(context);
    return result;
  }

  private acknowledge(context: RmqContext): void {
    if (this.noAck) return;
    try {
      (context.getChannelRef() as AmqpChannel).ack(context.getMessage());
    } catch {
      // The connection that it came over is gone; the broker delivers it again, and the inbox knows the answer.
    }
  }
}

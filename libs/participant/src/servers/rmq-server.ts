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
}
interface ReturningChannel {
  sendToQueue(queue: unknown, content: Buffer, options: object): Promise<unknown>;
}

class AcknowledgingServerRmq extends ServerRMQ {
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

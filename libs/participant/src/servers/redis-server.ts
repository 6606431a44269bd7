import { ServerRedis } from '@nestjs/microservices';
import type { ServerRecipe } from './server-recipe.js';

/** Without `retryAttempts` Nest's server ends for good when Redis is away for a moment. */
export const redisServer: ServerRecipe = ({ options }) =>
  new PatientServerRedis({
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: 500,
    // Subscribing waits for Redis too: Nest does not look whether it was possible.
    maxRetriesPerRequest: null,
    disconnectTimeout: 500,
    ...options,
  });

/** What is used of the driver's client. */
interface RedisConnection {
  connect(): Promise<void>;
  once(event: 'ready', listener: () => void): void;
  disconnect(): void;
  readonly status: string;
}

class PatientServerRedis extends ServerRedis {
  /** The driver goes on trying after its first attempt has failed; Nest would give up there. */
  override start(callback?: () => void): void {
    const { subClient, pubClient } = this as unknown as Record<'subClient' | 'pubClient', RedisConnection>;
    const ready = [subClient, pubClient].map(
      (client) =>
        new Promise<void>((resolve) => {
          client.once('ready', resolve);
          client.connect().catch(() => undefined);
        }),
    );
    void Promise.all(ready).then(() => {
      this.bindEvents(subClient, pubClient);
      callback?.();
    });
  }

  /** A good-bye to a server that is gone would wait until it is back. */
  override async close(): Promise<void> {
    this.isManuallyClosed = true;
    const connections = [this.pubClient, this.subClient] as (RedisConnection | undefined)[];
    const away = connections.filter((connection) => connection !== undefined && connection.status !== 'ready');
    away.forEach((connection) => connection?.disconnect());
    if (away.length === 0) await super.close();
  }
}

import { Transport, type GrpcOptions, type MicroserviceOptions } from '@nestjs/microservices';
import { NAMESPACE } from 'reprise/contracts';
import { SagaError } from 'reprise/core';
import { grpcServer } from './servers/grpc-server.js';
import { kafkaServer } from './servers/kafka-server.js';
import { mqttServer } from './servers/mqtt-server.js';
import { hearEvents } from './hear-events.js';
import { natsServer } from './servers/nats-server.js';
import { redisServer } from './servers/redis-server.js';
import { rmqServer } from './servers/rmq-server.js';
import type { ParticipantServer, ServerRecipe } from './servers/server-recipe.js';
import { tcpServer } from './servers/tcp-server.js';
import { announceReplicas } from './replica-notice.js';
import { neverSilent } from './never-silent.js';
import { countUnreadable } from './unreadable-packets.js';

const RECIPES: ReadonlyMap<unknown, ServerRecipe> = new Map<unknown, ServerRecipe>([
  [Transport.TCP, tcpServer],
  [Transport.NATS, natsServer],
  [Transport.REDIS, redisServer],
  [Transport.RMQ, rmqServer],
  [Transport.MQTT, mqttServer],
  [Transport.KAFKA, kafkaServer],
  [Transport.GRPC, grpcServer],
]);

/**
 * Options for `createMicroservice` and `connectMicroservice` that are safe for a participant. Nest's own defaults let a process end
 * when its broker is away, and let a caller wait for ever for an answer that cannot be sent. Whatever `options` say wins.
 *
 * - replicas share the work where the transport can do that: NATS by a queue group, RabbitMQ by a queue, MQTT by a shared subscription,
 *   each with the name of the service
 * - a broker that is down, at the start or later, is waited for
 * - RabbitMQ gets its acknowledgement when a command was answered, so that another replica takes over from one that died
 *
 * @param service the name in its contract
 * @throws SagaError `INVALID_CONFIGURATION` for a transport that is not known
 * @example
 * const app = await NestFactory.createMicroservice<MicroserviceOptions>(
 *   InventoryModule,
 *   listenAs('inventory', { transport: Transport.NATS, options: { servers: 'nats://localhost:4222' } }),
 * );
 */
export function listenAs(service: string, { transport, options, namespace }: ListenOptions): MicroserviceOptions {
  const recipe = RECIPES.get(transport);
  if (recipe === undefined) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `"${service}" cannot listen: its transport is missing, or not one that this release knows.`,
      "Use one of Nest's, as in `Transport.NATS`.",
    );
  }
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `"${service}" cannot listen under the namespace ${JSON.stringify(namespace)}.`,
      'Use letters, digits, "_" and "-".',
    );
  }
  const name = namespace === undefined ? service : `${namespace}.${service}`;
  const transportName = Transport[transport!];
  const server = countUnreadable(transportName, neverSilent(recipe({ service: name, options: { ...options } })));
  if (namespace !== undefined) underNamespace(server, namespace);
  hearEvents(service, server);
  return { strategy: announceReplicas(service, transportName, server) };
}

/** gRPC without a `.proto`: all operations go through one method. */
export interface ListenGrpcOptions {
  readonly transport: Transport.GRPC;
  readonly options?: Partial<Pick<GrpcOptions['options'], 'url' | 'credentials' | 'channelOptions'>>;
}

/** What `createMicroservice` takes for one of Nest's transports. */
export type ListenOptions = (Exclude<MicroserviceOptions, { strategy: unknown } | GrpcOptions> | ListenGrpcOptions) & {
  /** Goes before each pattern and before the name of the service; what the saga's side has in `microservices({ … })`. */
  readonly namespace?: string;
};

/** Every pattern that a handler is for gets the namespace before it. */
function underNamespace(server: ParticipantServer, namespace: string): void {
  const addHandler = server.addHandler.bind(server);
  server.addHandler = (pattern, ...rest) =>
    addHandler(typeof pattern === 'string' ? `${namespace}.${pattern}` : pattern, ...rest);
}

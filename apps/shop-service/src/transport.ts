import { Transport } from '@nestjs/microservices';
import type { ListenOptions } from 'reprise/participant';
import { portOf, type ServiceName } from './settings.js';

/** Where a broker is: a variable, or the port of this machine on which it usually listens. */
const url = (variable: string, otherwise: string): URL => new URL(process.env[variable] || otherwise);

/** Keeps several shops apart on one broker. */
export const namespace = process.env['SHOP_NAMESPACE'] || undefined;

/** How a service is reached, the same on both sides. */
const TRANSPORTS = {
  tcp: (service: ServiceName) => ({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: portOf(service) },
  }),
  grpc: (service: ServiceName) => ({
    transport: Transport.GRPC,
    options: { url: `127.0.0.1:${portOf(service)}` },
  }),
  nats: () => ({
    transport: Transport.NATS,
    options: { servers: url('NATS_URL', 'nats://127.0.0.1:4222').href },
  }),
  rabbitmq: () => ({
    transport: Transport.RMQ,
    // A queue that nobody has used for ten minutes goes away: each run of the shop has its own.
    options: {
      urls: [url('AMQP_URL', 'amqp://guest:guest@127.0.0.1:5672').href],
      queueOptions: { durable: true, expires: 600_000 },
    },
  }),
  redis: () => {
    const { hostname, port } = url('REDIS_URL', 'redis://127.0.0.1:6379');
    return { transport: Transport.REDIS, options: { host: hostname, port: Number(port) } };
  },
  mqtt: () => ({
    transport: Transport.MQTT,
    options: { url: url('MQTT_URL', 'mqtt://127.0.0.1:1883').href },
  }),
  kafka: (service: ServiceName) => ({
    transport: Transport.KAFKA,
    options: {
      client: { brokers: [process.env['KAFKA_BROKER'] || '127.0.0.1:9092'] },
      consumer: { groupId: namespace === undefined ? service : `${namespace}.${service}`, maxWaitTimeInMs: 50 },
    },
  }),
} satisfies Record<string, (service: ServiceName) => ListenOptions>;

type TransportName = keyof typeof TRANSPORTS;

/**
 * How the services talk to each other: `SHOP_TRANSPORT`, by default TCP.
 * What it answers suits `listenAs` and `microservices`.
 */
export function transportTo(service: ServiceName): ListenOptions & { readonly transport: Transport } {
  return { ...TRANSPORTS[transportName()](service), ...(namespace ? { namespace } : {}) } as never;
}

export function transportName(): TransportName {
  const name = process.env['SHOP_TRANSPORT'] || 'tcp';
  if (Object.hasOwn(TRANSPORTS, name)) return name as TransportName;
  throw new Error(`SHOP_TRANSPORT is "${name}", none of ${Object.keys(TRANSPORTS).join(', ')}.`);
}

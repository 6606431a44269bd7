import { Transport } from '@nestjs/microservices';
import { grpcDialect } from './grpc-dialect.js';
import { kafkaDialect } from './kafka-dialect.js';
import { mqttDialect } from './mqtt-dialect.js';
import { natsDialect } from './nats-dialect.js';
import { redisDialect } from './redis-dialect.js';
import { rmqDialect } from './rmq-dialect.js';
import type { ServiceDialect } from './service-dialect.js';
import { tcpDialect } from './tcp-dialect.js';

const DIALECTS: ReadonlyMap<Transport, ServiceDialect> = new Map([
  [Transport.TCP, tcpDialect],
  [Transport.NATS, natsDialect],
  [Transport.REDIS, redisDialect],
  [Transport.RMQ, rmqDialect],
  [Transport.MQTT, mqttDialect],
  [Transport.KAFKA, kafkaDialect],
  [Transport.GRPC, grpcDialect],
]);

/** The dialect of a transport, or a sentence that says why there is none. */
export function dialectOf(transport: unknown): ServiceDialect | string {
  const known = DIALECTS.get(transport as Transport);
  if (known) return known;
  const name = typeof transport === 'number' ? Transport[transport] : undefined;
  const speaks = [...DIALECTS.values()].map((dialect) => dialect.name).join(', ');
  return name === undefined
    ? `its \`transport\` is missing or unknown; use one of Nest's, as in \`Transport.TCP\`.`
    : `its transport ${name} is not supported yet; this release speaks ${speaks}.`;
}

/** What a transport is called in counts: `TCP`, `NATS`, … */
export function transportName(transport: unknown): string {
  return (typeof transport === 'number' ? Transport[transport] : undefined) ?? 'other';
}

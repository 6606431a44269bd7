import type { ClientOptions, MicroserviceOptions } from '@nestjs/microservices';
import type { ServiceName } from './settings.js';
import { namespace, transportName, transportTo } from './transport.js';

/** Over these Nest's own clients and servers need nothing but their options. */
const PLAIN = ['tcp', 'nats', 'rabbitmq', 'redis', 'mqtt'];

/** How a service is reached without Reprise: Nest's bare options, for its clients and its servers. */
export function plainTransportTo(service: ServiceName): ClientOptions & MicroserviceOptions {
  if (!PLAIN.includes(transportName())) {
    throw new Error(`The coupled shop does not talk over ${transportName()}. Use one of ${PLAIN.join(', ')}.`);
  }
  const { transport, options } = transportTo(service);
  return { transport, options: { ...options, queue: address(service) } } as never;
}

/** A pattern or a queue, kept apart from those of other shops on the same broker. */
export function address(pattern: string): string {
  return namespace === undefined ? pattern : `${namespace}.${pattern}`;
}

import { MicroserviceTransport, type MicroserviceTransportOptions } from './microservice-transport.js';
import type { Services } from './service-options.js';

/**
 * The transport for steps that other Nest services perform. Nothing is connected before a step is sent.
 * @example microservices({ inventory: { transport: Transport.TCP, options: { port: 4001 } } })
 */
export function microservices(services: Services, options?: MicroserviceTransportOptions): MicroserviceTransport {
  return new MicroserviceTransport(services, options);
}

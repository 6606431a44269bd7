export { MicroserviceTransport, type MicroserviceTransportOptions } from './microservice-transport.js';
export { microservices } from './microservices.js';
export type { DeliveryProblem, ServiceConnection, ServiceDialect } from './service-dialect.js';
export type { ServiceOptions, Services } from './service-options.js';

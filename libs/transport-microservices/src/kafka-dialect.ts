import { DeliveryFailure } from './delivery-failure.js';
import { KafkaConnection } from './kafka-connection.js';
import { brokerProblem } from './network-failure.js';
import type { ConnectionOptions, DeliveryProblem, ServiceDialect } from './service-dialect.js';

const TOO_LARGE = /too large|larger than/i;

/** Kafka: a topic for each operation, kept in order for each instance. Its brokers keep requests whether or not the service is up. */
export const kafkaDialect: ServiceDialect = {
  name: 'Kafka',
  packages: ['kafkajs'],
  check({ client }) {
    const brokers = (client as ConnectionOptions | undefined)?.['brokers'];
    return brokers === undefined || typeof brokers === 'function' || (Array.isArray(brokers) && brokers.length > 0)
      ? []
      : ['`options.client.brokers` is not a list of `host:port`.'];
  },
  warnings: ({ consumer }) =>
    (consumer as ConnectionOptions | undefined)?.['allowAutoTopicCreation'] === false
      ? [
          '`allowAutoTopicCreation: false` means that somebody has to create a topic for each operation, and one for answers.',
        ]
      : [],
  open: (reach) => new KafkaConnection(reach),
  problem(failure): DeliveryProblem | undefined {
    if (failure instanceof DeliveryFailure) {
      const { problem, message } = failure;
      return problem === 'SERVICE_UNREACHABLE' && TOO_LARGE.test(message) ? 'PAYLOAD_TOO_LARGE' : problem;
    }
    return brokerProblem(failure);
  },
};

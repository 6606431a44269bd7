import { reportMissing } from './brokers.js';
import { kafkaCluster } from './kafka-cluster.js';
import { describeTransport } from './transport.contract.js';

const cluster = await kafkaCluster();
if (cluster === undefined) {
  reportMissing('There is neither Kafka (KAFKA_BROKER) nor kcat, which has a mock of it: its transport is not tested.');
} else {
  afterAll(() => cluster.stop());
  describeTransport({
    transport: 'KAFKA',
    unhandled: 'NO_ANSWER',
    options: () => ({
      client: { brokers: [cluster.broker] },
      // The mock does not answer a waiting fetch when a message comes.
      consumer: { maxWaitTimeInMs: 20, sessionTimeout: 3_000, heartbeatInterval: 300 },
    }),
    ordinary: (service) => ({
      consumer: { groupId: service, maxWaitTimeInMs: 20, sessionTimeout: 3_000, heartbeatInterval: 300 },
      subscribe: { fromBeginning: true },
    }),
  });
}

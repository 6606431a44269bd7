import { isInstalled, reportMissing } from './brokers.js';
import { kafkaCluster, ownCluster } from './kafka-cluster.js';
import { describeTransport } from './transport.contract.js';

const cluster = await kafkaCluster();
const own = ownCluster();
// The mock does not answer a waiting fetch when a message comes.
const consumer = { maxWaitTimeInMs: 20, sessionTimeout: 3_000, heartbeatInterval: 300 };

if (cluster === undefined) {
  reportMissing('There is neither Kafka (KAFKA_BROKER) nor kcat, which has a mock of it: its transport is not tested.');
} else {
  afterAll(() => cluster.stop());
  describeTransport(
    {
      transport: 'KAFKA',
      unhandled: 'NO_ANSWER',
      options: (_, port) => ({
        client: { brokers: port === undefined ? [cluster.broker] : () => [own.broker()] },
        consumer,
      }),
      ordinary: (service) => ({ consumer: { ...consumer, groupId: service }, subscribe: { fromBeginning: true } }),
    },
    isInstalled('kcat') ? () => Promise.resolve(own) : undefined,
  );
}

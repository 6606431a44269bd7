import { addressOf, BROKERS, ownBroker, withBroker } from './brokers.js';
import { describeTransport } from './transport.contract.js';

await withBroker('RMQ', () => {
  describeTransport(
    {
      transport: 'RMQ',
      unhandled: 'NO_HANDLER',
      options(_, port) {
        const url = new URL(BROKERS.RMQ);
        url.port = String(port ?? addressOf('RMQ').port);
        return { urls: [url.href], queueOptions: { durable: true, expires: 60_000 } };
      },
      ordinary: (service) => ({ queue: service }),
    },
    () => ownBroker('RMQ'),
  );
});

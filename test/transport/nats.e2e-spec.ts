import { BROKERS, ownBroker, withBroker } from './brokers.js';
import { describeTransport } from './transport.contract.js';

await withBroker('NATS', () => {
  describeTransport(
    {
      transport: 'NATS',
      unhandled: 'SERVICE_UNREACHABLE',
      options: (_, port) => ({ servers: port === undefined ? BROKERS.NATS : `nats://127.0.0.1:${port}` }),
    },
    () => ownBroker('NATS', { program: 'nats-server', line: (port) => ['-a', '127.0.0.1', '-p', String(port)] }),
  );
});

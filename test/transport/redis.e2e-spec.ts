import { addressOf, ownBroker, withBroker } from './brokers.js';
import { describeTransport } from './transport.contract.js';

await withBroker('REDIS', () => {
  describeTransport(
    {
      transport: 'REDIS',
      unhandled: 'SERVICE_UNREACHABLE',
      options: (_, port) => (port === undefined ? addressOf('REDIS') : { host: '127.0.0.1', port }),
    },
    () =>
      ownBroker('REDIS', {
        program: 'redis-server',
        line: (port) => ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      }),
  );
});

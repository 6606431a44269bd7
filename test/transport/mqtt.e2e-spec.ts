import { BROKERS, ownBroker, withBroker } from './brokers.js';
import { describeTransport } from './transport.contract.js';

await withBroker('MQTT', () => {
  describeTransport(
    {
      transport: 'MQTT',
      unhandled: 'SERVICE_UNREACHABLE',
      options: (_, port) => ({ url: port === undefined ? BROKERS.MQTT : `mqtt://127.0.0.1:${port}` }),
    },
    () =>
      ownBroker('MQTT', {
        program: 'mosquitto',
        line: (_, settings) => ['-c', settings],
        settings: (port) => `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n`,
      }),
  );
});

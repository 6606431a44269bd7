import { ClientNats, type NatsOptions } from '@nestjs/microservices';
import { BrokerConnection } from './broker-connection.js';
import { DeliveryFailure } from './delivery-failure.js';
import { brokerProblem } from './network-failure.js';
import type { DeliveryProblem, ServiceDialect } from './service-dialect.js';
import { SilentLogger } from './silent-logger.js';
import { tolerant } from './unreadable-answer.js';

/** Never gives up, and looks twice a second. The driver's own default ends after twenty seconds without a server. */
const DEFAULTS = { maxReconnectAttempts: -1, reconnectTimeWait: 500, timeout: 5_000 };
const NOBODY = /empty response/i;
const TOO_LARGE = /max_payload/i;

/** Core NATS: a request that nobody listens to fails at once; nothing is kept for later. */
export const natsDialect: ServiceDialect = {
  name: 'NATS',
  packages: ['@nats-io/transport-node'],
  check: ({ servers }) =>
    servers === undefined || [servers].flat().every((server) => typeof server === 'string' && server !== '')
      ? []
      : ['`options.servers` is neither a URL nor a list of them.'],
  warnings({ maxReconnectAttempts, reconnect }) {
    if (reconnect === false) return ['`reconnect: false` gives up when the server is lost for a moment.'];
    return typeof maxReconnectAttempts === 'number' && maxReconnectAttempts >= 0
      ? [`\`maxReconnectAttempts: ${maxReconnectAttempts}\` gives up for good after as many failures; -1 does not.`]
      : [];
  },
  open: ({ options }) => new BrokerConnection(new QuietClientNats({ ...DEFAULTS, ...options })),
  problem(failure): DeliveryProblem | undefined {
    if (failure instanceof DeliveryFailure) return failure.problem;
    if (failure instanceof Error && NOBODY.test(failure.message)) return 'NO_LISTENER';
    if (failure instanceof Error && TOO_LARGE.test(failure.message)) return 'PAYLOAD_TOO_LARGE';
    return brokerProblem(failure);
  },
};

class QuietClientNats extends ClientNats {
  protected override readonly logger = new SilentLogger();

  protected override initializeDeserializer(options: NatsOptions['options']): void {
    super.initializeDeserializer(options);
    this.deserializer = tolerant(this.deserializer);
  }
}

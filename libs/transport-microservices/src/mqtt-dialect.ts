import { ClientMqtt, type MqttOptions, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { awaitListener } from './await-listener.js';
import { BrokerConnection } from './broker-connection.js';
import { brokerProblem } from './network-failure.js';
import type { ServiceDialect } from './service-dialect.js';
import { SilentLogger } from './silent-logger.js';
import { tolerant } from './unreadable-answer.js';

/** Version 5 of the protocol: there a broker says when nobody listens, and shares requests among replicas. */
const DEFAULTS = { protocolVersion: 5 as const, reconnectPeriod: 500, connectTimeout: 5_000 };
/** A broker's answer to a message that reached nobody. */
const NO_MATCHING_SUBSCRIBERS = 0x10;

/** MQTT: nothing is kept for later. Requests are sent with quality of service 1, so that the broker confirms each. */
export const mqttDialect: ServiceDialect = {
  name: 'MQTT',
  packages: ['mqtt'],
  check: ({ url, protocolVersion }) => [
    ...(url === undefined || (typeof url === 'string' && url !== '') ? [] : ['`options.url` is not a URL.']),
    ...(protocolVersion === undefined || [3, 4, 5].includes(protocolVersion as number)
      ? []
      : ['`options.protocolVersion` is none of 3, 4 and 5.']),
  ],
  warnings: ({ protocolVersion, reconnectPeriod }) => [
    ...(protocolVersion === undefined || protocolVersion === 5
      ? []
      : [
          'before protocol version 5 a broker does not say that nobody listens: such a request waits for its deadline.',
        ]),
    ...(reconnectPeriod === 0 ? ['`reconnectPeriod: 0` gives up when the broker is lost for a moment.'] : []),
  ],
  open: ({ options }) => new BrokerConnection(new FrankClientMqtt({ ...DEFAULTS, ...options })),
  problem: brokerProblem,
};

interface Packet {
  readonly cmd?: string;
  readonly messageId?: number;
  readonly reasonCode?: number;
}

/** What is used of the driver's client. */
interface MqttConnection {
  on(event: 'packetreceive', listener: (packet: Packet) => void): void;
  subscribeAsync(topic: string, options: object): Promise<unknown>;
  /** `sent` gets the message as it was sent, once the broker has confirmed it. */
  publish(
    topic: string,
    text: string,
    options: object,
    sent: (error: Error | undefined | null, message?: Packet) => void,
  ): void;
  end(force: boolean): void;
}

class FrankClientMqtt extends ClientMqtt {
  protected override readonly logger = new SilentLogger();
  /** Topics of answers: the connection is subscribed to each once, and the driver subscribes again by itself. */
  private readonly subscribed = new Map<string, Promise<unknown>>();
  /** Messages that reached nobody, from the broker's confirmation until the driver reports the message as sent. */
  private readonly unreached = new Set<number>();

  constructor(options: Required<MqttOptions>['options']) {
    super(options);
    this.deserializer = tolerant(this.deserializer);
  }

  /** The driver keeps the reason of a confirmation to itself. */
  override createClient(): MqttConnection {
    const client = super.createClient() as MqttConnection;
    client.on('packetreceive', ({ cmd, messageId, reasonCode }) => {
      if (cmd === 'puback' && reasonCode === NO_MATCHING_SUBSCRIBERS) this.unreached.add(messageId!);
    });
    return client;
  }

  protected override publish(partialPacket: ReadPacket, callback: (packet: WritePacket) => unknown): () => void {
    const packet = this.assignPacketId(partialPacket);
    const topic = this.normalizePattern(packet.pattern as string);
    const text = this.serializer.serialize(packet) as string;
    return awaitListener(this.routingMap, packet.id, callback, () =>
      this.deliver(this.getRequestPattern(topic), this.getResponsePattern(topic), text),
    );
  }

  override handleClose(): void {
    super.handleClose();
    this.subscribed.clear();
  }

  /** Nest says good-bye in order, and waits for a broker that is gone until it is back. */
  override close(): Promise<void> {
    this.handleClose();
    (this.mqttClient as MqttConnection | null)?.end(true);
    this.mqttClient = null;
    this.connectionPromise = null;
    this.isInitialConnection = false;
    return Promise.resolve();
  }

  /** @returns false when it is known that nobody got it */
  private async deliver(topic: string, answers: string, text: string): Promise<boolean> {
    const client = this.mqttClient as MqttConnection;
    let subscribing = this.subscribed.get(answers);
    if (subscribing === undefined) {
      subscribing = client.subscribeAsync(answers, { qos: 1 });
      this.subscribed.set(answers, subscribing);
      subscribing.catch(() => this.subscribed.delete(answers));
    }
    await subscribing;
    return new Promise((resolve, reject) => {
      client.publish(topic, text, { qos: 1 }, (error, message) => {
        const reached = !this.unreached.delete(message?.messageId ?? -1);
        if (error) reject(error);
        else resolve(reached);
      });
    });
  }
}

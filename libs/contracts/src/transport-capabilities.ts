/** What a transport does for commands by itself. What it does not do, deadlines, retries and the inbox make up for. */
export interface TransportCapabilities {
  readonly name: string;
  /**
   * Who gets a command when the service has several replicas:
   * - `connected`: the one that the caller is connected to
   * - `one`: one of them, which the broker chooses
   * - `each`: every one of them. An inbox lets one run it; handlers without an inbox run it as many times
   */
  readonly replicas: 'connected' | 'one' | 'each';
  /** Whether a command waits at the broker while the service is down, up to its deadline. */
  readonly keeps: boolean;
  /** Whether the broker delivers a command again when the replica that had it dies before it answered. */
  readonly redelivers: boolean;
  /** Whether the commands of one instance arrive in the order in which they were sent. */
  readonly ordered: boolean;
  /** Whether messages have headers of their own. What Reprise needs is in the payload, on every transport. */
  readonly headers: boolean;
  /** Whether it is known at once that nobody listens. Otherwise such a command waits for its deadline. */
  readonly refusesAtOnce: boolean;
  /** The largest message by default, in bytes, or undefined when it is larger than a payload may be anyway. */
  readonly payloadLimit?: number;
}

const MEGABYTE = 1_048_576;

/** By the names of Nest's `Transport`, as `listenAs` and `microservices` configure them. */
export const TRANSPORT_CAPABILITIES: Readonly<Record<string, TransportCapabilities>> = {
  TCP: capable({ name: 'TCP', replicas: 'connected', refusesAtOnce: true }),
  NATS: capable({ name: 'NATS', replicas: 'one', headers: true, refusesAtOnce: true, payloadLimit: MEGABYTE }),
  REDIS: capable({ name: 'Redis', replicas: 'each', refusesAtOnce: true }),
  RMQ: capable({ name: 'RabbitMQ', replicas: 'one', keeps: true, redelivers: true, headers: true }),
  MQTT: capable({ name: 'MQTT', replicas: 'one', headers: true, refusesAtOnce: true }),
  GRPC: capable({ name: 'gRPC', replicas: 'connected', headers: true, refusesAtOnce: true }),
  KAFKA: capable({
    name: 'Kafka',
    replicas: 'one',
    keeps: true,
    redelivers: true,
    ordered: true,
    headers: true,
    payloadLimit: MEGABYTE,
  }),
};

/** The header by which an answer over Kafka says that its value is JSON, texts and numbers too. Nest writes these as plain text. */
export const JSON_VALUES = 'reprise-json';

/** A namespace goes into subjects, topics and the names of queues: only what means nothing special in any of them. */
export const NAMESPACE = /^[A-Za-z0-9_-]{1,64}$/;

type Traits = Pick<TransportCapabilities, 'name' | 'replicas'> & Partial<TransportCapabilities>;

function capable(traits: Traits): TransportCapabilities {
  return { keeps: false, redelivers: false, ordered: false, headers: false, refusesAtOnce: false, ...traits };
}

import { driver } from './driver.js';

/** What is used of kafkajs. */
export interface KafkaMessage {
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | readonly (Buffer | string)[] | undefined>>;
}

export interface KafkaConsumer {
  readonly events: { readonly FETCH: string; readonly CRASH: string; readonly DISCONNECT: string };
  on(event: string, listener: () => void): () => void;
  connect(): Promise<void>;
  subscribe(topics: { topics: string[]; fromBeginning: boolean }): Promise<void>;
  run(options: { autoCommit: boolean; eachMessage(delivery: { message: KafkaMessage }): Promise<void> }): Promise<void>;
  disconnect(): Promise<void>;
}

export interface KafkaProducer {
  readonly events: { readonly DISCONNECT: string };
  on(event: string, listener: () => void): () => void;
  connect(): Promise<void>;
  send(record: object): Promise<unknown>;
  disconnect(): Promise<void>;
}

export interface KafkaClient {
  consumer(options: object): KafkaConsumer;
  producer(options: object): KafkaProducer;
}

interface KafkaPackage {
  readonly Kafka: new (options: object) => KafkaClient;
  readonly logLevel: { readonly NOTHING: number };
}

/** Kafka as the user configured it, but silent: what goes wrong is in the error of the attempt. */
export async function kafkaClient(options: object): Promise<KafkaClient> {
  const { Kafka, logLevel } = await driver<KafkaPackage>('kafkajs');
  return new Kafka({
    clientId: 'reprise',
    brokers: ['localhost:9092'],
    connectionTimeout: 5_000,
    retry: { retries: 2, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING,
    ...options,
  });
}

import { randomUUID } from 'node:crypto';
import { KafkaHeaders } from '@nestjs/microservices';
import { JSON_VALUES, TRANSPORT_CAPABILITIES } from 'reprise/contracts';
import { Observable } from 'rxjs';
import { DeliveryFailure } from './delivery-failure.js';
import { kafkaClient, type KafkaConsumer, type KafkaMessage, type KafkaProducer } from './kafka-client.js';
import { traceHeaders } from './trace-headers.js';
import type { ConnectionOptions, DeliveryTerms, ServiceConnection, ServiceToReach } from './service-dialect.js';

type Settle = (answer: KafkaAnswer | DeliveryFailure) => void;

/** What came back: a value, or an error that the service sent. */
interface KafkaAnswer {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** A producer and a consumer that are up. */
interface Link {
  readonly producer: KafkaProducer;
  readonly consumer: KafkaConsumer;
}

/** So long a good-bye may take, in milliseconds: a broker that is gone never answers. */
const GOODBYE = 5_000;
const LIMIT = TRANSPORT_CAPABILITIES['KAFKA']!.payloadLimit!;

/**
 * Asks over Nest's protocol for Kafka, with a client of its own. Nest's needs a partition of every topic of answers for each process that
 * asks, and loses answers whenever their number changes. Here one topic, `<service>.reply`, has the answers for all processes, each
 * reads all of it from now on, and picks its own.
 */
export class KafkaConnection implements ServiceConnection {
  private readonly answers: string;
  private readonly waiting = new Map<string, Settle>();
  private link: Promise<Link> | undefined;
  /** Those that say good-bye to their brokers. */
  private readonly leaving = new Set<Promise<void>>();
  private closed = false;

  constructor(private readonly reach: ServiceToReach) {
    this.answers = `${reach.service}.reply`;
  }

  /** Joining takes seconds: whoever knows that a step will be sent soon says so. */
  prepare(): void {
    this.linked().catch(() => undefined);
  }

  send(pattern: string, payload: unknown, terms: DeliveryTerms): Observable<unknown> {
    return new Observable((observer) => {
      const id = randomUUID();
      const settle: Settle = (answer) => {
        this.waiting.delete(id);
        if (answer instanceof DeliveryFailure) return observer.error(answer);
        if (answer.error !== undefined) return observer.error(answer.error);
        observer.next(answer.value);
        observer.complete();
      };
      this.waiting.set(id, settle);
      this.deliver(id, pattern, payload, terms).catch((reason: unknown) => {
        settle(reason instanceof DeliveryFailure ? reason : new DeliveryFailure('SERVICE_UNREACHABLE', reason));
      });
      return () => void this.waiting.delete(id);
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { link } = this;
    this.lose('Connection closed');
    const left = Promise.resolve(link?.catch(() => undefined)).then(() => Promise.all(this.leaving));
    let timer: NodeJS.Timeout | undefined;
    const impatient = new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE)));
    await Promise.race([left, impatient]);
    clearTimeout(timer);
  }

  private async deliver(id: string, topic: string, payload: unknown, terms: DeliveryTerms): Promise<void> {
    const { instance, deadline } = terms;
    const value = JSON.stringify(payload);
    if (Buffer.byteLength(value) > LIMIT) {
      throw new DeliveryFailure('PAYLOAD_TOO_LARGE', `it takes more than ${LIMIT} bytes`);
    }
    const { producer } = await this.linked();
    // While it was connected, whoever asked may have stopped waiting.
    if (!this.waiting.has(id)) return;
    const headers = {
      [KafkaHeaders.CORRELATION_ID]: id,
      [KafkaHeaders.REPLY_TOPIC]: this.answers,
      'reprise-deadline': String(deadline),
      ...traceHeaders(terms),
    };
    const send = this.reach.options['send'] as object | undefined;
    await producer.send({ ...send, topic, messages: [{ key: instance, value, headers }] });
  }

  private linked(): Promise<Link> {
    if (this.closed) return Promise.reject(new DeliveryFailure('SERVICE_UNREACHABLE', 'Connection closed'));
    const link = (this.link ??= this.open());
    link.catch(() => {
      if (this.link === link) this.link = undefined;
    });
    return link;
  }

  private async open(): Promise<Link> {
    const options = this.reach.options as Record<string, ConnectionOptions | undefined>;
    const client = await kafkaClient({ ...options['client'] });
    const { groupId = 'reprise', ...consuming } = options['consumer'] ?? {};
    const consumer = client.consumer({
      maxWaitTimeInMs: 500,
      ...consuming,
      // A group of its own: every process reads every answer. It commits nothing, so the group is gone with the process.
      groupId: `${String(groupId)}-${randomUUID()}`,
    });
    const producer = client.producer({ ...options['producer'] });
    const link = { producer, consumer };
    try {
      await Promise.all([producer.connect(), consumer.connect()]);
      await consumer.subscribe({ topics: [this.answers], fromBeginning: false });
      // After its first look it stands at the end of the topic, and misses nothing that comes later.
      const looked = new Promise<void>((resolve, reject) => {
        consumer.on(consumer.events.FETCH, resolve);
        consumer.on(consumer.events.CRASH, () => reject(new Error('the broker was lost while it was joined')));
      });
      looked.catch(() => undefined);
      await consumer.run({ autoCommit: false, eachMessage: ({ message }) => Promise.resolve(this.take(message)) });
      await looked;
    } catch (reason) {
      this.leave(link);
      throw reason;
    }
    let lost = false;
    // It says so again when it is told to leave.
    const losing = (): void => {
      if (lost) return;
      lost = true;
      this.lose('the connection to the broker was lost');
    };
    consumer.on(consumer.events.CRASH, losing);
    producer.on(producer.events.DISCONNECT, losing);
    return link;
  }

  /** Fails what is in flight. The next request makes a new connection. */
  private lose(how: string): void {
    const link = this.link;
    this.link = undefined;
    for (const settle of [...this.waiting.values()]) settle(new DeliveryFailure('SERVICE_UNREACHABLE', how));
    link?.then(
      (open) => this.leave(open),
      () => undefined,
    );
  }

  private leave({ producer, consumer }: Link): void {
    const left = Promise.allSettled([producer.disconnect(), consumer.disconnect()]).then(() => {
      this.leaving.delete(left);
    });
    this.leaving.add(left);
  }

  private take({ value, headers = {} }: KafkaMessage): void {
    const text = (name: string): string | undefined => headers[name]?.toString();
    const settle = this.waiting.get(text(KafkaHeaders.CORRELATION_ID) ?? '');
    if (settle === undefined) return;
    const error = text(KafkaHeaders.NEST_ERR);
    if (error !== undefined) settle({ error: read(error, /^\{/) });
    else settle({ value: value === null ? null : read(String(value), text(JSON_VALUES) ? /^/ : /^[{[]/) });
  }
}

/** Nest writes objects and lists as JSON and everything else as plain text. */
function read(text: string, json: RegExp): unknown {
  if (!json.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

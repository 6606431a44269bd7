import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import { event, type HandledEvent } from 'reprise/contracts';
import { Saga, sagaDefinition, type SagaContext } from 'reprise/decorators';
import { microservices, type ServiceOptions } from 'reprise/microservices';
import { listenAs, On, ParticipantModule, type HandlerStep, type ListenOptions } from 'reprise/participant';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { until } from '../transactions/process.js';
import { addressOf, BROKERS, isUp, reportMissing, type BrokerName } from './brokers.js';
import { kafkaCluster } from './kafka-cluster.js';

const OrderPlaced = event(
  'order.placed',
  z.object({ orderId: z.string(), number: z.number(), at: z.date(), note: z.string().default('none') }),
);

@Saga({ name: 'order.place' })
class PlaceOrderSaga {
  async run({ orderId, count }: { orderId: string; count: number }, saga: SagaContext): Promise<void> {
    for (let number = 0; number < count; number++) saga.emit(OrderPlaced, { orderId, number, at: saga.now() });
  }
}
const definition = sagaDefinition(PlaceOrderSaga);

/** Something that an order's event was handled with. */
interface Effect {
  readonly service: string;
  readonly number: number;
  readonly key: string;
}

const cluster = await kafkaCluster();
if (!cluster) reportMissing('There is neither Kafka (KAFKA_BROKER) nor kcat: events over it are not tested.');
// The mock does not answer a waiting fetch when a message comes.
const consumer = { maxWaitTimeInMs: 20, sessionTimeout: 3_000, heartbeatInterval: 300 };
const kafka = {
  transport: Transport.KAFKA,
  options: { client: { brokers: [cluster?.broker ?? ''] }, consumer },
} as ServiceOptions;

interface TestedTransport {
  readonly name: BrokerName | 'TCP' | 'GRPC' | 'KAFKA';
  readonly options: (port: number) => ServiceOptions;
}

const TRANSPORTS: readonly TestedTransport[] = [
  { name: 'TCP', options: (port) => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }) },
  { name: 'GRPC', options: (port) => ({ transport: Transport.GRPC, options: { url: `127.0.0.1:${port}` } }) },
  { name: 'NATS', options: () => ({ transport: Transport.NATS, options: { servers: BROKERS.NATS } }) },
  { name: 'RMQ', options: () => ({ transport: Transport.RMQ, options: { urls: [BROKERS.RMQ] } }) },
  { name: 'REDIS', options: () => ({ transport: Transport.REDIS, options: addressOf('REDIS') }) },
  { name: 'MQTT', options: () => ({ transport: Transport.MQTT, options: { url: BROKERS.MQTT } }) },
  ...(cluster ? [{ name: 'KAFKA' as const, options: () => kafka }] : []),
];
afterAll(() => cluster?.stop());

function isBroker(name: TestedTransport['name']): name is BrokerName {
  return name in BROKERS;
}

describe.each(TRANSPORTS)('events over $name', ({ name, options }) => {
  let up = false;
  let dataSource: DataSource;
  let engine: SagaEngine;
  const scratch = new ScratchSchema();
  const namespace = `cues${randomUUID().slice(0, 8)}`;
  /** Commands and events are signed over one of them: it has to make no difference to the others. */
  const sharedKeys = name === 'TCP' ? ['a key that both sides have, 32 long'] : undefined;
  const reach = new Map<string, ServiceOptions>();
  const running = new Map<string, INestMicroservice>();
  /** Handlers fail while this says so. */
  let fails: (service: string, placed: HandledEvent<typeof OrderPlaced>) => boolean = () => false;
  const steps: HandlerStep[] = [];
  let attempts = 0;

  const effects = async (): Promise<Effect[]> =>
    dataSource.query<Effect[]>(`select service, number, key from "${scratch.name}".effect order by at`);

  /** A service with a table of its own in the database, where its inbox is too. */
  async function serve(service: string): Promise<void> {
    @Controller()
    class OrdersController {
      @On(OrderPlaced)
      async placed(placed: HandledEvent<typeof OrderPlaced>, step: HandlerStep): Promise<void> {
        attempts++;
        steps.push(step);
        await step.manager.query(
          `insert into "${scratch.name}".effect (service, number, key, note, late) values ($1, $2, $3, $4, $5)`,
          [service, placed.number, step.key, placed.note, placed.at.getTime() > 0],
        );
        if (fails(service, placed)) throw new Error(`${service} is tired`);
      }
    }
    @Module({
      imports: [
        ParticipantModule.forRoot({
          inbox: { dataSource, schema: `${scratch.name}_${service}` },
          ...(sharedKeys ? { sharedKeys } : {}),
          drain: '5s',
        }),
      ],
      controllers: [OrdersController],
    })
    class ServiceModule {}
    const { on: _on, sharedKeys: _keys, ...listening } = reach.get(service)!;
    const app = await NestFactory.createMicroservice(ServiceModule, {
      ...listenAs(service, { ...(listening as ListenOptions), namespace }),
      logger: false,
    });
    await app.listen();
    running.set(service, app);
  }

  beforeAll(async () => {
    up = !isBroker(name) || (await isUp(addressOf(name)));
    if (!up) return;
    dataSource = await new DataSource({ type: 'postgres', url: scratch.url, poolSize: 12 }).initialize();
    for (const service of ['shipping', 'mail']) {
      reach.set(service, {
        ...options(await freePort()),
        namespace,
        ...(sharedKeys ? { sharedKeys } : {}),
        on: [OrderPlaced],
      });
    }
    engine = new SagaEngine({
      store: postgres({ url: scratch.url, schema: scratch.name, pool: 6 }),
      transport: microservices(Object.fromEntries(reach)),
      poll: '50ms',
      cues: { backoff: '100ms', timeout: '2s' },
    });
    engine.host({ definition, perform: () => Promise.resolve() });
    await engine.open();
    await dataSource.query(
      `create table "${scratch.name}".effect (service text, number int, key text, note text, late boolean,
         at timestamptz default clock_timestamp())`,
    );
  });
  afterAll(async () => {
    if (!up) return;
    await engine.close('1s');
    for (const app of running.values()) await app.close();
    for (const service of ['shipping', 'mail'])
      await dataSource.query(`drop schema "${scratch.name}_${service}" cascade`);
    await dataSource.destroy();
    await scratch.drop();
  });

  if (isBroker(name)) {
    it('finds its broker', () => {
      if (!up && process.env['CI']) throw new Error(`There is no ${name} at ${BROKERS[name]}.`);
    });
  }

  it('M6 wait for a service that is down, hold up no other, and are handled once each, in order', async () => {
    if (!up) return;
    await serve('mail');
    await engine.start(definition, { orderId: 'o1', count: 5 }, { id: 'first' });
    await until(async () => (await effects()).length === 5);
    expect((await effects()).map(({ service, number }) => [service, number])).toEqual([
      ['mail', 0],
      ['mail', 1],
      ['mail', 2],
      ['mail', 3],
      ['mail', 4],
    ]);
    await serve('shipping');
    const shipped = async () => (await effects()).filter(({ service }) => service === 'shipping');
    await until(async () => (await shipped()).length === 5);
    expect((await shipped()).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4]);
    const { key } = await engine.describe('first');
    expect((await effects()).map((effect) => effect.key).sort()).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map((call) => `${key.run}:${call}`),
    );
    expect(steps[0]).toMatchObject({
      instance: 'first',
      key: `${key.run}:0`,
      cue: { event: 'order.placed', key: 'first', flow: 'first', causation: key.run, correlation: 'first' },
    });
    expect(await dataSource.query(`select distinct note, late from "${scratch.name}".effect`)).toEqual([
      { note: 'none', late: true },
    ]);
  });

  it('M6 come again when the handler throws, whose writes are undone, and are a dead letter when their payload is refused', async () => {
    if (!up) return;
    await dataSource.query(`delete from "${scratch.name}".effect`);
    attempts = 0;
    fails = (service) => service === 'shipping' && attempts < 5;
    await engine.start(definition, { orderId: 'o2', count: 1 }, { id: 'second' });
    await until(async () => (await effects()).length === 2);
    expect(attempts).toBeGreaterThanOrEqual(5);
    expect((await effects()).map(({ service }) => service).sort()).toEqual(['mail', 'shipping']);
    const id = await engine.cues.publish('order.placed', { orderId: 3 });
    await until(async () => (await engine.cues.deadLetters()).length === 2);
    const letters = await engine.cues.deadLetters();
    expect(letters.map(({ subscriber, error }) => [subscriber, error.code]).sort()).toEqual([
      ['service mail', 'INVALID_COMMAND_INPUT'],
      ['service shipping', 'INVALID_COMMAND_INPUT'],
    ]);
    expect(letters.map(({ cue }) => cue.id)).toEqual([id, id]);
    expect(await engine.cues.redeliver(id, 'service mail')).toBe(true);
    expect(await engine.cues.discard('service shipping', id)).toBe(1);
  });

  it('M6 that are delivered twice are handled once', async () => {
    if (!up) return;
    await dataSource.query(`delete from "${scratch.name}".effect`);
    fails = () => false;
    const id = await engine.cues.publish('order.placed', { orderId: 'o3', number: 7, at: new Date() });
    await until(async () => (await effects()).length === 2);
    // As if nobody had been able to note that it was delivered.
    await until(async () => {
      const [row] = await scratch.rows(
        `select count(*)::int as open from $schema.cue_delivery where cue = $1 and state <> 'delivered'`,
        [id],
      );
      return row!['open'] === 0;
    });
    await scratch.rows(`update $schema.cue_delivery set state = 'pending', due_at = now() where cue = $1`, [id]);
    await until(async () => {
      const [row] = await scratch.rows(
        `select min(attempts) as least from $schema.cue_delivery where cue = $1 and state = 'delivered'`,
        [id],
      );
      return Number(row!['least']) >= 2;
    });
    expect(await effects()).toHaveLength(2);
  });

  it('M6 cannot have two handlers in one service, of which one would be silent', async () => {
    @Controller()
    class TwiceController {
      @On(OrderPlaced) async one(): Promise<void> {}
      @On(OrderPlaced) async other(): Promise<void> {}
    }
    @Module({ imports: [ParticipantModule.forRoot()], controllers: [TwiceController] })
    class TwiceModule {}
    const app = await NestFactory.createMicroservice(TwiceModule, {
      ...listenAs('twice', { transport: Transport.TCP, options: { port: await freePort() } }),
      logger: false,
      abortOnError: false,
    });
    await expect(app.listen()).rejects.toThrow('two @On methods for event "order.placed"');
    await app.close();
  });
});

import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { randomBytes } from 'node:crypto';
import { contract, event, type HandledEvent, type Remote } from 'reprise/contracts';
import { Saga, sagaDefinition, Step, type SagaContext } from 'reprise/decorators';
import { microservices, type MicroserviceTransport, type ServiceOptions } from 'reprise/microservices';
import { Handles, listenAs, On, ParticipantModule, type HandlerStep, type ListenOptions } from 'reprise/participant';
import { postgres } from 'reprise/postgres';
import { SagaEngine, SagaQueries, type DeliveryRecord } from 'reprise/runtime';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { Gate, until } from '../transactions/process.js';
import { addressOf, BROKERS, isUp } from './brokers.js';

/** One name for each run of the specs, since they share brokers. */
const NAME = `depot_${randomBytes(4).toString('hex')}`;
const Depot = contract(NAME, {
  reserve: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
  outside: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
});
const Plain = contract(`${NAME}_plain`, { look: { input: z.object({}), output: z.object({ seen: z.boolean() }) } });
const Picked = event('goods.picked', z.object({ sku: z.string() }));

@Saga({ name: 'depot.pick' })
class PickSaga {
  @Step(Depot.reserve, { timeout: '20s' }) declare reserve: Remote<typeof Depot.reserve>;
  @Step(Depot.outside, { timeout: '20s' }) declare outside: Remote<typeof Depot.outside>;
  @Step(Plain.look, { timeout: '20s' }) declare look: Remote<typeof Plain.look>;

  async run({ sku, step }: { sku: string; step: 'reserve' | 'outside' | 'look' }, saga: SagaContext): Promise<string> {
    if (step === 'look') return String((await this.look({})).seen);
    const { id } = await this[step]({ sku });
    saga.emit(Picked, { sku });
    return id;
  }
}
const definition = sagaDefinition(PickSaga);

/** Inquiries are signed as commands are. */
const sharedKeys = ['a key that both sides of this spec have got'];
const gates = new Map<string, Gate>();

function depotModule(database: DataSource, schema: string) {
  @Controller()
  class DepotController {
    @Handles(Depot.reserve)
    async reserve({ sku }: { sku: string }, step: HandlerStep) {
      await step.manager.query('select 1');
      await gates.get(sku)?.pass();
      return { id: `r-${sku}` };
    }

    @Handles(Depot.outside, { transaction: false })
    async outside({ sku }: { sku: string }) {
      await gates.get(sku)?.pass();
      return { id: `o-${sku}` };
    }

    @On(Picked)
    async picked({ sku }: HandledEvent<typeof Picked>, _step: HandlerStep) {
      await gates.get(`picked ${sku}`)?.pass();
    }
  }
  @Module({
    imports: [ParticipantModule.forRoot({ inbox: { dataSource: database, schema }, sharedKeys })],
    controllers: [DepotController],
  })
  class DepotModule {}
  return DepotModule;
}

@Controller()
class PlainController {
  @MessagePattern(Plain.look.pattern)
  async look() {
    await gates.get('plain')!.pass();
    return { seen: true };
  }
}
@Module({ controllers: [PlainController] })
class PlainModule {}

const WAYS = [
  { name: 'TCP', options: (port: number) => ({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }) },
  { name: 'NATS', options: () => ({ transport: Transport.NATS, options: { servers: BROKERS.NATS } }) },
  {
    name: 'RMQ',
    options: () => ({
      transport: Transport.RMQ,
      options: { urls: [BROKERS.RMQ], queueOptions: { durable: true, expires: 60_000 } },
    }),
  },
] as const;

describe.each(WAYS)('the way of requests and cues over $name', ({ name, options }) => {
  const scratch = new ScratchSchema();
  const inbox = `${scratch.name}_inbox`;
  const database = new DataSource({ type: 'postgres', url: scratch.url, poolSize: 6 });
  const apps: INestMicroservice[] = [];
  let up = false;
  let transport: MicroserviceTransport;
  let engine: SagaEngine;
  let queries: SagaQueries;

  async function listen(module: object, service: string, way: object): Promise<void> {
    const listening = listenAs(service, way as ListenOptions);
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, { ...listening, logger: false });
    await app.listen();
    apps.push(app);
  }
  const start = (id: string, step: string) => engine.start(definition, { sku: id, step }, { id });
  const stepOf = async (id: string): Promise<DeliveryRecord> => (await queries.deliveries(id))[0]!;
  const hold = (sku: string): Gate => {
    const gate = new Gate();
    gates.set(sku, gate);
    return gate;
  };

  beforeAll(async () => {
    up = name === 'TCP' || (await isUp(addressOf(name)));
    if (!up) return;
    await database.initialize();
    const [one, other] = [options(await freePort()), options(await freePort())];
    await listen(depotModule(database, inbox), Depot.reserve.service, one);
    await listen(PlainModule, Plain.look.service, other);
    transport = microservices({
      [Depot.reserve.service]: { ...one, sharedKeys, on: [Picked] } as ServiceOptions,
      [Plain.look.service]: other as ServiceOptions,
    });
    transport.register(Depot.reserve, Depot.outside, Plain.look);
    const store = postgres({ url: scratch.url, schema: scratch.name });
    engine = new SagaEngine({ store, transport, poll: 50 });
    engine.host({ definition, perform: () => Promise.reject(new Error('there are no local steps')) });
    await engine.open();
    queries = new SagaQueries(store, { definition: () => definition, transport });
  }, 30_000);
  afterAll(async () => {
    if (!up) return;
    await engine.close(0);
    for (const app of apps) await app.close();
    await database.query(`DROP SCHEMA IF EXISTS ${inbox} CASCADE`);
    await database.destroy();
    await scratch.drop();
  });

  it('S1 is on record when it is over, with a time for each stage', async () => {
    if (!up) return;
    await start(`fast-${name}`, 'reserve');
    expect(await engine.result(`fast-${name}`)).toBe(`r-fast-${name}`);
    await until(async () => (await queries.deliveries(`fast-${name}`)).every(({ state }) => state === 'answered'));
    const [step, ...cues] = await queries.deliveries(`fast-${name}`);
    expect(step).toMatchObject({ kind: 'step', name: 'reserve', service: NAME, operation: 'reserve', attempt: 1 });
    const { queuedAt, sentAt, receivedAt, handledAt, answeredAt } = step!;
    const times = [queuedAt, sentAt, receivedAt, handledAt, answeredAt].map((at) => at!.getTime());
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(cues.map(({ kind, name: of, subscriber, state }) => [kind, of, subscriber, state])).toEqual([
      ['cue', 'goods.picked', 'instances', 'answered'],
      ['cue', 'goods.picked', `service ${NAME}`, 'answered'],
    ]);
    expect(cues[1]).toMatchObject({
      attempt: 1,
      sentAt: expect.any(Date),
      receivedAt: expect.any(Date),
      handledAt: expect.any(Date),
    });
    // One that was answered soon has cost the database nothing.
    expect(await scratch.rows('select * from $schema.step_delivery')).toEqual([]);
    expect((await queries.whoHasIt(`fast-${name}`)).words).toBe('nobody: it has ended as completed');
  });

  it.each(['reserve', 'outside'] as const)(
    'says that the service has it, while its handler of "%s" runs',
    async (step) => {
      if (!up) return;
      const id = `stuck-${step}-${name}`;
      const gate = hold(id);
      await start(id, step);
      await until(() => gate.reached);
      await until(async () => (await stepOf(id)).state === 'sent');
      const held = await queries.whoHasIt(id);
      expect(held.holders).toMatchObject([
        { holder: 'service', call: 0, name: step, service: NAME, operation: step, attempt: 1 },
      ]);
      expect(held.words).toMatch(
        new RegExp(`^${NAME} received \`${NAME}\\.${step}\` \\d+ s ago and has not answered$`),
      );
      expect((await queries.deliveries(id, { ask: '2s' }))[0]).toMatchObject({
        state: 'received',
        participant: 'handling',
      });
      gate.open();
      expect(await engine.result(id)).toBeDefined();
      expect(await stepOf(id)).toMatchObject({
        state: 'answered',
        sentAt: expect.any(Date),
        handledAt: expect.any(Date),
      });
    },
  );

  it('says what is known of a service that cannot be asked', async () => {
    if (!up) return;
    const id = `plain-${name}`;
    const gate = hold('plain');
    await start(id, 'look');
    await until(() => gate.reached);
    await until(async () => (await stepOf(id)).state === 'sent');
    const { holders } = await queries.whoHasIt(id, { ask: 500 });
    expect(holders).toMatchObject([{ holder: 'way', service: Plain.look.service, operation: 'look' }]);
    expect(holders[0]!.words).toContain('cannot say whether it has it');
    gate.open();
    expect(await engine.result(id)).toBe('true');
    const { sentAt, receivedAt, answeredAt } = await stepOf(id);
    expect([sentAt, receivedAt, answeredAt]).toEqual([expect.any(Date), undefined, expect.any(Date)]);
  });

  it('M6 says which subscriber has a cue', async () => {
    if (!up) return;
    const id = `cue-${name}`;
    const gate = hold(`picked ${id}`);
    await start(id, 'reserve');
    await until(() => gate.reached);
    const cue = (await queries.deliveries(id)).find(({ subscriber }) => subscriber === `service ${NAME}`);
    expect(cue).toMatchObject({ state: 'sent', attempt: 1, sentAt: expect.any(Date) });
    const { holders } = await queries.whoHasIt(id);
    expect(holders.map(({ holder }) => holder)).toEqual(['nobody', 'way']);
    gate.open();
    await until(async () => (await queries.whoHasIt(id)).holders.length === 1);
  });
});

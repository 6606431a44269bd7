import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { contract, type Command } from 'reprise/contracts';
import { microservices, type MicroserviceTransport, type ServiceOptions } from 'reprise/microservices';
import { RefusedReplies, SagaModule } from 'reprise';
import { Handles, listenAs, ParticipantModule, RefusedRequests, type ListenOptions } from 'reprise/participant';
import { MemoryStore, VirtualClock } from 'reprise/testing';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { BROKERS, withBroker } from './brokers.js';
import { stepCommand } from './step-command.js';

const KEY = 'a key that only these two services have';
const LIMIT = 1_000;
type Counts = Record<string, number>;

/** What was refused over one transport since the last look, by code. */
function since(before: Counts, refused: Pick<RefusedRequests, 'counts'>, transport: string): Counts {
  const now = countsOf(refused, transport);
  return Object.fromEntries(
    Object.entries(now)
      .map(([code, count]) => [code, count - (before[code] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
function countsOf(refused: Pick<RefusedRequests, 'counts'>, transport: string): Counts {
  const of = refused.counts().filter((one) => one.transport === transport);
  return Object.fromEntries(of.map(({ code, count }) => [code, count]));
}

function tillContract(service: string) {
  return contract(service, { pay: { input: z.object({ sum: z.string() }), output: z.object({ paid: z.string() }) } });
}

/** A participant with an inbox, a key and a small limit, and how often its handler ran. */
class Till {
  readonly service = `till_${randomBytes(4).toString('hex')}`;
  readonly contract = tillContract(this.service);
  readonly database = new DataSource({ type: 'postgres', url: process.env['DATABASE_URL']!, poolSize: 5 });
  runs = 0;
  app!: INestMicroservice;

  async open(listening: ListenOptions): Promise<void> {
    await this.database.initialize();
    const paid = (): void => void this.runs++;
    @Controller()
    class TillController {
      async pay({ sum }: { sum: string }) {
        paid();
        return { paid: sum };
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(TillController.prototype, 'pay')!;
    (Handles(this.contract.pay) as MethodDecorator)(TillController.prototype, 'pay', descriptor);
    @Module({
      imports: [
        ParticipantModule.forRoot({
          inbox: { dataSource: this.database, schema: this.service },
          sharedKeys: [KEY],
          payloadLimit: LIMIT,
        }),
      ],
      controllers: [TillController],
    })
    class TillModule {}
    const options = listenAs(this.service, listening);
    this.app = await NestFactory.createMicroservice<MicroserviceOptions>(TillModule, { ...options, logger: false });
    await this.app.listen();
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.query(`DROP SCHEMA IF EXISTS ${this.service} CASCADE`);
    await this.database.destroy();
  }
}

function callerOf(service: string, command: Command, options: object): MicroserviceTransport {
  const caller = microservices({ [service]: options as ServiceOptions });
  caller.register(command);
  return caller;
}

/** What comes to the same on every transport: each is refused with a code, is counted, and runs nothing. */
async function refuseRequests(till: Till, transport: string, way: object): Promise<void> {
  const { pay } = till.contract;
  const refused = till.app.get(RefusedRequests);
  const before = countsOf(refused, transport);
  const caller = callerOf(till.service, pay, { ...way, sharedKeys: [KEY] });
  const stranger = callerOf(till.service, pay, way);
  const soon = (): number => Date.now() + 5_000;
  const good = stepCommand(pay, { sum: '1' });
  expect(await caller.send(good, soon())).toMatchObject({ outcome: 'completed', result: { paid: '1' } });
  expect(await stranger.send(stepCommand(pay, { sum: '2' }), soon())).toMatchObject({
    error: { code: 'BAD_SIGNATURE' },
  });
  expect(await caller.send({ ...good, input: { sum: '3' } }, soon())).toMatchObject({
    error: { code: 'REQUEST_KEY_REUSED' },
  });
  expect(await caller.send({ ...good, deadline: Date.now() - 1 }, soon())).toMatchObject({
    error: { code: 'REQUEST_DEADLINE_PASSED' },
  });
  expect(await caller.send(stepCommand(pay, { sum: 'x'.repeat(3 * LIMIT) }), soon())).toMatchObject({
    outcome: 'fatal',
    error: { code: 'PAYLOAD_TOO_LARGE' },
  });
  // Sent again as it was, it gets the first answer and is no refusal.
  expect(await caller.send(good, soon())).toMatchObject({ outcome: 'completed', result: { paid: '1' } });
  expect(till.runs).toBe(1);
  expect(since(before, refused, transport)).toEqual({
    BAD_SIGNATURE: 1,
    REQUEST_KEY_REUSED: 1,
    REQUEST_DEADLINE_PASSED: 1,
    PAYLOAD_TOO_LARGE: 1,
  });
  await Promise.all([caller.close(), stranger.close()]);
}

describe('envelopes that are refused over TCP', () => {
  const till = new Till();
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    await till.open({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  });
  afterAll(() => till.close());

  it('are counted by the participant, which stays up', async () => {
    await refuseRequests(till, 'TCP', { transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  });

  it('are counted when they are truncated, no packets at all, or of another version', async () => {
    const refused = till.app.get(RefusedRequests);
    const before = countsOf(refused, 'TCP');
    const packet = JSON.stringify({ pattern: till.contract.pay.pattern, data: { $saga: { v: 9 } }, id: '1' });
    for (const bytes of ['no packet#', `${packet.length}#${packet.slice(0, -9)}.........`]) {
      const socket = connect(port, '127.0.0.1');
      socket.end(bytes);
      await once(socket.resume(), 'close');
    }
    const socket = connect(port, '127.0.0.1');
    socket.write(`${packet.length}#${packet}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain('BAD_REQUEST_ENVELOPE');
    socket.destroy();
    expect(since(before, refused, 'TCP')).toEqual({ BAD_REQUEST_ENVELOPE: 3 });
    expect(till.runs).toBe(1);
  });
});

describe('answers that are refused over TCP', () => {
  let server: Server;
  /** What the service answers with, whatever it is asked. */
  let answer: (id: string) => string;
  const frame = (text: string): string => `${text.length}#${text}`;
  const { pay } = tillContract('till');

  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => socket.write(answer(/"id":"([^"]+)"/.exec(String(data))![1]!)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void server.close());

  it('are counted by the orchestrator, which goes on', async () => {
    const { port } = server.address() as AddressInfo;
    const way = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
    const caller = callerOf('till', pay, way);
    const signing = callerOf('till', pay, { ...way, sharedKeys: [KEY] });
    const ask = (from: MicroserviceTransport) => from.send(stepCommand(pay, { sum: '1' }), Date.now() + 5_000);
    const reply = (response: unknown) => (id: string) => frame(JSON.stringify({ id, response, isDisposed: true }));

    answer = reply({ $reprise: 2, ok: true, result: {} });
    await expect(ask(caller)).rejects.toMatchObject({ code: 'BAD_REPLY' });
    answer = reply({ $reprise: 1, ok: true, result: { paid: '1' } });
    await expect(ask(signing)).rejects.toMatchObject({ code: 'BAD_SIGNATURE' });
    answer = () => frame('{ "id": truncated');
    await expect(ask(caller)).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
    answer = reply({ $reprise: 1, ok: true, result: { paid: '1' } });
    expect(await ask(caller)).toMatchObject({ outcome: 'completed' });

    expect(caller.refused.counts()).toMatchObject([{ code: 'BAD_REPLY', transport: 'TCP', service: 'till', count: 2 }]);
    expect(signing.refused.counts()).toMatchObject([{ code: 'BAD_SIGNATURE', transport: 'TCP', count: 1 }]);
    await Promise.all([caller.close(), signing.close()]);
  });

  it('are there for metrics, where SagaModule is imported', async () => {
    const transport = microservices({ till: { transport: Transport.TCP } });
    @Module({
      imports: [SagaModule.forRoot({ store: new MemoryStore(new VirtualClock()), transport, poll: Infinity })],
    })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    transport.refuse('BAD_REPLY', { service: 'till', operation: 'pay' });
    expect(app.get(RefusedReplies).total('BAD_REPLY')).toBe(1);
    await app.close();
  });
});

await withBroker('NATS', () => {
  describe('envelopes that are refused over NATS', () => {
    const till = new Till();
    let nats: NatsConnection;
    const way = { transport: Transport.NATS, options: { servers: BROKERS.NATS } };
    beforeAll(async () => {
      await till.open(way as ListenOptions);
      nats = await connectNats({ servers: BROKERS.NATS });
    });
    afterAll(async () => {
      await nats.close();
      await till.close();
    });

    it('are counted by the participant, which stays up', () => refuseRequests(till, 'NATS', way));

    it('are counted when they are truncated, or of another version', async () => {
      const refused = till.app.get(RefusedRequests);
      const before = countsOf(refused, 'NATS');
      const { pattern } = till.contract.pay;
      nats.publish(pattern, '{"id":"1","data":{');
      const newer = { id: '1', pattern, data: { sum: '1', $saga: { v: 2 } } };
      const answer = (await nats.request(pattern, JSON.stringify(newer), { timeout: 5_000 })).json();
      expect(answer).toMatchObject({ response: { ok: false, error: { code: 'BAD_REQUEST_ENVELOPE' } } });
      expect(since(before, refused, 'NATS')).toEqual({ BAD_REQUEST_ENVELOPE: 2 });
    });
  });
});

import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { connect as connectAmqp } from 'amqplib';
import type { MicroserviceTransport } from 'reprise/microservices';
import { BROKERS, withBroker } from './brokers.js';
import { send, StockBench } from './stock-bench.js';

/** What an answer of a service that is no Nest service looks like (docs/transports.md): `id` is that of the request. */
const answerTo = (id: string, response: unknown): string => JSON.stringify({ id, response, isDisposed: true });

interface Packet {
  readonly id: string;
  readonly pattern: string;
  readonly data: { readonly sku: string; readonly $saga: { readonly key: string } };
}

/** How a program without Nest performs a step: by the bare result, or by the envelope of `@Handles`. */
const ANSWERS: Record<string, (packet: Packet) => string> = {
  bare: ({ id, data }) => answerTo(id, { id: data.$saga.key }),
  envelope: ({ id }) => answerTo(id, { $reprise: 1, ok: true, result: { id: 'kept' } }),
  declared: ({ id }) =>
    answerTo(id, {
      $reprise: 1,
      ok: false,
      kind: 'declared',
      error: { name: 'OutOfStock', message: 'none', data: { sku: 'x' } },
    }),
  newer: ({ id }) => answerTo(id, { $reprise: 2, ok: true, result: {} }),
};

async function expectAnswers(bench: StockBench, caller: MicroserviceTransport): Promise<void> {
  const ask = (sku: string) => bench.command(bench.stock.reserve, { sku });
  const bare = ask('bare');
  expect(await send(caller, bare)).toEqual({ outcome: 'completed', result: { id: bare.key } });
  expect(await send(caller, ask('envelope'))).toEqual({ outcome: 'completed', result: { id: 'kept' } });
  expect(await send(caller, ask('declared'))).toMatchObject({ outcome: 'declared', error: { data: { sku: 'x' } } });
  await expect(send(caller, ask('newer'))).rejects.toMatchObject({ code: 'BAD_REPLY' });
}

await withBroker('NATS', () => {
  describe('NATS without Nest', () => {
    const bench = new StockBench({
      transport: 'NATS',
      unhandled: 'SERVICE_UNREACHABLE',
      options: () => ({ servers: BROKERS.NATS }),
    });
    let nats: NatsConnection;
    beforeAll(async () => {
      await bench.setUp();
      nats = await connectNats({ servers: BROKERS.NATS });
    });
    afterAll(async () => {
      await bench.tearDown();
      await nats.close();
    });

    it('lets a plain client perform steps, and takes garbage for an answer that cannot be read', async () => {
      const subscription = nats.subscribe(bench.stock.reserve.pattern, {
        callback: (_, message) => {
          const packet = message.json<Packet>();
          message.respond(ANSWERS[packet.data.sku]?.(packet) ?? '{ "id": trunca');
        },
      });
      const caller = bench.caller();
      await expectAnswers(bench, caller);
      const garbage = send(caller, bench.command(bench.stock.reserve, { sku: 'garbage' }));
      await expect(garbage).rejects.toMatchObject({ code: 'BAD_REPLY' });
      subscription.unsubscribe();
    });

    it('keeps a participant up that gets garbage, truncated packets and envelopes of another version', async () => {
      await bench.participant();
      const { pattern } = bench.stock.reserve;
      for (const text of [
        '',
        'garbage',
        '{"pattern":"x","data":{',
        '[]',
        'null',
        '{"id":"1"}',
        '{"id":"1","data":null}',
      ]) {
        nats.publish(pattern, text);
      }
      const forged = { id: '1', pattern, data: { sku: 'tea', $saga: { v: 9 } } };
      const refused = (await nats.request(pattern, JSON.stringify(forged), { timeout: 5_000 })).json();
      expect(refused).toMatchObject({ id: '1', response: { ok: false, error: { code: 'BAD_REQUEST_ENVELOPE' } } });
      const reply = await send(bench.caller(), bench.command(bench.stock.reserve, { sku: 'tea' }));
      expect(reply).toMatchObject({ outcome: 'completed' });
    });
  });
});

await withBroker('RMQ', () => {
  describe('AMQP without Nest', () => {
    const queueOptions = { durable: true, expires: 60_000 };
    const bench = new StockBench({
      transport: 'RMQ',
      unhandled: 'NO_HANDLER',
      options: () => ({ urls: [BROKERS.RMQ], queueOptions }),
    });
    beforeAll(() => bench.setUp());
    afterAll(() => bench.tearDown());

    it('lets a plain client perform steps', async () => {
      const connection = await connectAmqp(BROKERS.RMQ);
      const channel = await connection.createChannel();
      await channel.assertQueue(bench.service, queueOptions);
      await channel.consume(bench.service, (message) => {
        const packet = JSON.parse(String(message!.content)) as Packet;
        const { replyTo, correlationId } = message!.properties as { replyTo: string; correlationId: string };
        channel.sendToQueue(replyTo, Buffer.from(ANSWERS[packet.data.sku]!(packet)), { correlationId });
        channel.ack(message!);
      });
      await expectAnswers(bench, bench.caller());
      await connection.close();
    });

    it('says what is wrong when the queue is there with other options, and ends no process', async () => {
      const other = new StockBench({
        transport: 'RMQ',
        unhandled: 'NO_HANDLER',
        options: () => ({ urls: [BROKERS.RMQ], queueOptions: { ...queueOptions, expires: 50_000 } }),
      });
      await other.setUp();
      const connection = await connectAmqp(BROKERS.RMQ);
      await (await connection.createChannel()).assertQueue(other.service, queueOptions);
      const asked = send(other.caller(), other.command(other.stock.reserve, { sku: 'tea' }));
      await expect(asked).rejects.toMatchObject({
        code: 'SERVICE_UNREACHABLE',
        message: expect.stringMatching(/PRECONDITION|inequivalent/) as string,
      });
      await expect(other.participant()).rejects.toThrow(/PRECONDITION|inequivalent/);
      await connection.close();
      await other.tearDown();
    });
  });
});

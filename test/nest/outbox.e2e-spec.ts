import { Controller, Inject, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { Outbox, Saga, SagaModule, StartsOn, type SagaContext } from 'reprise';
import { event, type HandledEvent } from 'reprise/contracts';
import { microservices } from 'reprise/microservices';
import { listenAs, On, ParticipantModule, type HandlerStep } from 'reprise/participant';
import { postgres } from 'reprise/postgres';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { freePort } from '../../scripts/ports.mjs';
import { ScratchSchema } from '../store/scratch-schema.js';
import { until } from '../transactions/process.js';

const OrderPlaced = event('order.placed', z.object({ orderId: z.string(), number: z.number() }));
const OrderShipped = event('order.shipped', z.object({ orderId: z.string(), trackingId: z.string() }));

const [orders, shipping] = [new ScratchSchema(), new ScratchSchema()];
const seen: HandlerStep[] = [];

@StartsOn(OrderPlaced, { id: ({ orderId, number }) => `ship-${orderId}-${number}` })
@Saga({ name: 'order.ship' })
class ShipOrderSaga {
  async run({ orderId, number }: { orderId: string; number: number }, saga: SagaContext) {
    saga.emit(OrderShipped, { orderId, trackingId: `t-${number}` }, { key: orderId });
  }
}

/** Hosts the saga, and takes in what other services publish. */
@Controller()
class ShippingController {
  constructor(@Inject(Outbox) private readonly outbox: Outbox) {}

  @On(OrderPlaced)
  async placed(placed: HandledEvent<typeof OrderPlaced>, step: HandlerStep): Promise<void> {
    seen.push(step);
    await this.outbox.publish(OrderPlaced, placed, { id: step.key, key: placed.orderId, cause: step });
  }
}

/** Has no sagas: its module is its outbox. */
@Controller()
class OrdersController {
  @On(OrderShipped)
  async shipped({ trackingId }: HandledEvent<typeof OrderShipped>, step: HandlerStep): Promise<void> {
    seen.push(step);
    await step.manager.query(`insert into "${orders.name}".parcel (tracking_id) values ($1)`, [trackingId]);
  }
}

describe('an outbox', () => {
  const apps: INestApplication[] = [];
  let dataSource: DataSource;
  let outbox: Outbox;

  async function serve(service: string, module: Type, port: number): Promise<INestApplication> {
    const app = await NestFactory.create(module, { logger: false });
    apps.push(app);
    app.connectMicroservice(listenAs(service, { transport: Transport.TCP, options: { host: '127.0.0.1', port } }), {
      inheritAppConfig: true,
    });
    await app.startAllMicroservices();
    await app.init();
    return app;
  }

  beforeAll(async () => {
    const url = orders.url;
    dataSource = await new DataSource({ type: 'postgres', url, poolSize: 12 }).initialize();
    const ports = { orders: await freePort(), shipping: await freePort() };
    const at = (port: number) => ({ transport: Transport.TCP as const, options: { host: '127.0.0.1', port } });
    const swift = { poll: '50ms', cues: { backoff: '50ms', timeout: '2s' } } as const;

    @Module({
      imports: [
        SagaModule.forRoot({
          store: postgres({ dataSource, schema: orders.name }),
          transport: microservices({ shipping: { ...at(ports.shipping), on: [OrderPlaced] } }),
          ...swift,
        }),
        ParticipantModule.forRoot({ inbox: { dataSource, schema: `${orders.name}_inbox` } }),
      ],
      controllers: [OrdersController],
    })
    class OrdersModule {}

    @Module({
      imports: [
        SagaModule.forRoot({
          store: postgres({ url, schema: shipping.name }),
          transport: microservices({ orders: { ...at(ports.orders), on: [OrderShipped] } }),
          ...swift,
        }),
        ParticipantModule.forRoot({ inbox: { dataSource, schema: `${shipping.name}_inbox` } }),
      ],
      controllers: [ShippingController],
      providers: [ShipOrderSaga],
    })
    class ShippingModule {}

    await serve('shipping', ShippingModule, ports.shipping);
    outbox = (await serve('orders', OrdersModule, ports.orders)).get(Outbox);
    await dataSource.query(`create table "${orders.name}".placed (number int);
      create table "${orders.name}".parcel (tracking_id text, at timestamptz default clock_timestamp())`);
  });
  afterAll(async () => {
    for (const app of apps.reverse()) await app.close();
    for (const { name } of [orders, shipping]) await dataSource.query(`drop schema if exists "${name}_inbox" cascade`);
    await dataSource.destroy();
    await orders.drop();
    await shipping.drop();
  });

  const parcels = async (): Promise<string[]> => {
    const rows = await dataSource.query<{ tracking_id: string }[]>(
      `select tracking_id from "${orders.name}".parcel order by at`,
    );
    return rows.map(({ tracking_id: trackingId }) => trackingId);
  };
  /** One order, in a transaction that ends as the test wants. */
  const place = (number: number, end: () => void = () => undefined): Promise<void> =>
    dataSource.transaction(async (manager) => {
      await manager.query(`insert into "${orders.name}".placed (number) values ($1)`, [number]);
      await outbox.publish(OrderPlaced, { orderId: 'o1', number }, { manager, key: 'o1' });
      end();
    });

  it('M6 publishes what its transaction commits, once, in order, through services and sagas and back', async () => {
    const rollback = place(0, () => {
      throw new Error('the order is refused');
    });
    await expect(rollback).rejects.toThrow('the order is refused');
    for (let number = 1; number <= 4; number++) await place(number);
    await until(async () => (await parcels()).length === 4);
    expect((await parcels()).sort()).toEqual(['t-1', 't-2', 't-3', 't-4']);
    const placed = seen.filter(({ cue }) => cue!.event === 'order.placed').map(({ key }) => key);
    const published = await orders.rows(`select id from $schema.cue order by number`);
    expect(placed).toEqual(published.map(({ id }) => id));
  });

  it('M6 keeps together what belongs to one flow, with what each event came from', async () => {
    const cues = new Map(seen.map((step) => [step.key, step.cue!]));
    for (const [, shipped] of [...cues].filter(([, { event }]) => event === 'order.shipped')) {
      const [id, placed] = [...cues].find(([key]) => key === shipped.causation)!;
      expect(placed).toMatchObject({ event: 'order.placed', flow: id, key: 'o1', correlation: 'o1' });
      expect(shipped).toMatchObject({ flow: id, correlation: 'o1' });
    }
    expect(cues.size).toBe(8);
  });

  it('M6 publishes nothing that is not what the event carries, or outside of what it was given', async () => {
    await expect(outbox.publish(OrderPlaced, { orderId: 1 } as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    await expect(
      outbox.publish(OrderPlaced, { orderId: 'o2', number: 1 }, { manager: dataSource.manager }),
    ).rejects.toMatchObject({ code: 'NOT_IN_TRANSACTION' });
    await expect(outbox.publish(OrderPlaced, { orderId: 'o2', number: 1 }, { key: '' })).rejects.toMatchObject({
      code: 'INVALID_EVENT',
    });
    expect(await outbox.deadLetters()).toEqual([]);
  });
});

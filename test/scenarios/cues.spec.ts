import { event } from 'reprise/contracts';
import { Compensate, Saga, StartsOn, Step, type SagaContext } from 'reprise/decorators';
import { z } from 'zod';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// An order that says that it was placed. Whoever takes the money begins by that, and the order hears of it.

const OrderPlaced = event('order.placed', z.object({ order: z.string(), solvent: z.boolean() }));
const OrderPaid = event('order.paid', z.object({ order: z.string(), by: z.string() }));
const OrderShipped = event('order.shipped', z.object({ order: z.string() }));

interface Order {
  readonly name: string;
  readonly solvent: boolean;
  readonly patience: number;
}

@Saga({ name: 'order' })
class OrderSaga {
  constructor(private readonly shop: Books) {}

  @Step() async reserve(name: string): Promise<void> {
    this.shop.did(`reserved ${name}`);
  }
  @Compensate('reserve') async release(): Promise<void> {
    this.shop.undid();
  }
  @Step() async ship(name: string): Promise<void> {
    this.shop.did(`shipped ${name}`);
  }

  async run({ name, solvent, patience }: Order, saga: SagaContext): Promise<string> {
    await this.reserve(name);
    saga.emit(OrderPlaced, { order: saga.id, solvent });
    const paid = await saga.waitFor(OrderPaid, { where: { order: saga.id }, timeout: patience });
    if (!paid) throw new Error('nobody paid');
    await this.ship(name);
    saga.emit(OrderShipped, { order: saga.id }, { key: name });
    return `paid by ${paid.by}`;
  }
}

@StartsOn(OrderPlaced, { id: ({ order }) => `${order}-payment` })
@Saga({ name: 'payment' })
class PaymentSaga {
  async run({ order, solvent }: { order: string; solvent: boolean }, saga: SagaContext): Promise<void> {
    if (solvent) await saga.child(ChargeSaga, order);
  }
}

@Saga({ name: 'charge' })
class ChargeSaga {
  constructor(private readonly bank: Books) {}

  @Step() async charge(): Promise<void> {
    this.bank.did('charged');
  }

  async run(order: string, saga: SagaContext): Promise<void> {
    await this.charge();
    saga.emit(OrderPaid, { order, by: 'card' });
  }
}

const ordered = scenario({
  name: 'M6 orders that are paid by whoever hears of them, and one that nobody pays',
  sagas: (shop) => [new OrderSaga(shop), new PaymentSaga(), new ChargeSaga(shop)],
  apart: [OrderSaga],
  size: { usual: 3, crashes: 1 },
  async drive(client, _shop, count) {
    const orders = Array.from({ length: count }, (_, at) => `o${at}`);
    const place = (name: string, solvent: boolean): Promise<void> =>
      client.start(OrderSaga, { name, solvent, patience: client.days(solvent ? 500 : 2) }, name);
    await client.each(orders, (order) => place(order, true));
    await place('free', false);
    const ends = await client.each([...orders, 'free'], (order) => client.end(OrderSaga, order));
    const payments = await client.each([...orders, 'free'], (order) => client.end(PaymentSaga, `${order}-payment`));
    return { ends, payments: payments.map(({ status }) => status) };
  },
  ends: (count) => ({
    ends: [
      ...Array.from({ length: count }, () => ({ status: 'completed', result: 'paid by card' })),
      { status: 'compensated', error: 'nobody paid', compensated: ['reserve'] },
    ],
    payments: Array.from({ length: count + 1 }, () => 'completed'),
  }),
  standing: (count) =>
    Array.from({ length: count }, (_, at) => ['charged', `reserved o${at}`, `shipped o${at}`])
      .flat()
      .sort(),
});

// What comes before anybody waits for it, and what comes afterwards.

const MeterRead = event('meter.read', z.object({ meter: z.string(), value: z.number() }));

@Saga({ name: 'meter' })
class MeterSaga {
  constructor(private readonly office: Books) {}

  @Step() async note(value: number): Promise<void> {
    this.office.did(`noted ${value}`);
  }

  async run(count: number, saga: SagaContext): Promise<number[]> {
    const values: number[] = [];
    while (values.length < count) {
      const { value } = await saga.waitFor(MeterRead, { where: { meter: saga.id } });
      values.push(value);
      await this.note(value);
    }
    return values;
  }
}

const READINGS = [1, 2, 3, 4];

const read = scenario({
  name: 'M5 M6 readings that come before the saga waits for them and after, each once and in order',
  sagas: (office) => [new MeterSaga(office)],
  async drive(client) {
    const meter = client.id('meter');
    const tell = (value: number): Promise<string> =>
      client.act((engine) =>
        engine.cues.publish(MeterRead.name, { meter, value }, { id: `${meter}:${value}`, key: meter }),
      );
    for (const value of READINGS.slice(0, 2)) await tell(value);
    await client.start(MeterSaga, READINGS.length, 'meter');
    for (const value of READINGS.slice(2)) await tell(value);
    // As a sender does that does not know whether it was heard.
    for (const value of READINGS) await tell(value);
    return client.end(MeterSaga, 'meter');
  },
  ends: { status: 'completed', result: READINGS },
  standing: () => READINGS.map((value) => `noted ${value}`),
});

family('cues', [ordered, read]);

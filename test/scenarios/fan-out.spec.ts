import { Compensate, Saga, Step, type SagaContext } from 'reprise/decorators';
import { Books } from './harness/books.js';
import { family } from './harness/family.js';
import { scenario } from './harness/scenario.js';

// A shipment of many parcels, each a saga of its own.

@Saga({ name: 'parcel' })
class ParcelSaga {
  constructor(private readonly warehouse: Books) {}

  @Step() async pack(sku: string): Promise<string> {
    this.warehouse.did(`packed ${sku}`);
    return `parcel of ${sku}`;
  }
  @Compensate('pack') async unpack(): Promise<void> {
    this.warehouse.undid();
  }
  async run(sku: string): Promise<string> {
    return this.pack(sku);
  }
}

@Saga({ name: 'shipment' })
class ShipmentSaga {
  async run({ skus, carrier }: { skus: string[]; carrier: boolean }, saga: SagaContext): Promise<string[]> {
    const parcels = await Promise.all(skus.map((sku) => saga.child(ParcelSaga, sku)));
    if (!carrier) throw new Error('no carrier');
    return parcels;
  }
}

const skus = (count: number): string[] => Array.from({ length: count }, (_, at) => `s${String(at).padStart(3, '0')}`);

const fannedIn = scenario({
  name: 'C6 200 children whose results come together',
  sagas: (warehouse) => [new ShipmentSaga(), new ParcelSaga(warehouse)],
  apart: [ShipmentSaga],
  size: { usual: 200, crashes: 4, kills: 60 },
  async drive(client, _warehouse, count) {
    await client.start(ShipmentSaga, { skus: skus(count), carrier: true }, 'shipment');
    return client.end(ShipmentSaga, 'shipment');
  },
  ends: (count) => ({ status: 'completed', result: skus(count).map((sku) => `parcel of ${sku}`) }),
  standing: (count) => skus(count).map((sku) => `packed ${sku}`),
});

const takenBack = scenario({
  name: 'C6 children that are undone when their parent fails, newest first',
  sagas: (warehouse) => [new ShipmentSaga(), new ParcelSaga(warehouse)],
  apart: [ShipmentSaga],
  async drive(client, warehouse) {
    await client.start(ShipmentSaga, { skus: skus(3), carrier: false }, 'shipment');
    const end = await client.end(ShipmentSaga, 'shipment');
    return { end, child: await client.status('shipment/0'), takenBack: warehouse.takenBack };
  },
  ends: {
    end: { status: 'compensated', error: 'no carrier', compensated: ['parcel', 'parcel', 'parcel'] },
    child: 'compensated',
    takenBack: ['packed s002', 'packed s001', 'packed s000'],
  },
});

// A parcel that has left the house stays when its shipment fails.

@Saga({ name: 'express' })
class ExpressSaga {
  constructor(private readonly warehouse: Books) {}

  @Step() async label(): Promise<void> {
    this.warehouse.did('labelled');
  }
  @Compensate('label') async void(): Promise<void> {
    this.warehouse.undid();
  }
  @Step({ pivot: true }) async handOver(): Promise<void> {
    this.warehouse.did('handed over');
  }
  async run(): Promise<void> {
    await this.label();
    await this.handOver();
  }
}

@Saga({ name: 'express.order' })
class ExpressOrderSaga {
  async run(_order: undefined, saga: SagaContext): Promise<void> {
    await saga.child(ExpressSaga, undefined);
    throw new Error('not paid');
  }
}

const gone = scenario({
  name: 'C5 a child that is past its pivot stays: a person decides what becomes of it',
  sagas: (warehouse) => [new ExpressOrderSaga(), new ExpressSaga(warehouse)],
  apart: [ExpressOrderSaga],
  async drive(client) {
    await client.start(ExpressOrderSaga, undefined, 'order');
    await client.until(async () => (await client.status('order')) === 'incident');
    const by = { by: 'anna', reason: 'the customer keeps it' };
    await client.operate('order', (control, id, call) => control.skipCompensation(id, call, by), 'undo express');
    return { end: await client.end(ExpressOrderSaga, 'order'), child: await client.status('order/0') };
  },
  ends: { end: { status: 'compensated', error: 'not paid' }, child: 'completed' },
  standing: () => ['handed over', 'labelled'],
});

// Many items, some at a time, in a run of bounded length after another.

interface Batch {
  readonly items: number;
  readonly perRun: number;
  readonly window: number;
  readonly next: number;
  readonly sum: number;
}

@Saga({ name: 'batch' })
class BatchSaga {
  constructor(private readonly archive: Books) {}

  @Step() async handle(item: number): Promise<number> {
    this.archive.did(`item ${String(item).padStart(5, '0')}`);
    return item;
  }

  async run(batch: Batch, saga: SagaContext): Promise<number> {
    const last = Math.min(batch.next + batch.perRun, batch.items);
    const underWay = new Set<Promise<void>>();
    let { sum } = batch;
    for (let item = batch.next; item < last; item++) {
      const handled = this.handle(item).then((result) => {
        sum += result;
        underWay.delete(handled);
      });
      underWay.add(handled);
      if (underWay.size === batch.window) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return last < batch.items ? saga.continueAsNew({ ...batch, next: last, sum }) : sum;
  }
}

const batched = scenario({
  name: 'I2 a batch of 10,000 items, 50 at a time and 500 in a run',
  sagas: (archive) => [new BatchSaga(archive)],
  size: { usual: 10_000, crashes: 9, kills: 2_000 },
  async drive(client, _archive, items) {
    const [perRun, window] = items < 100 ? [4, 2] : [500, 50];
    await client.start(BatchSaga, { items, perRun, window, next: 0, sum: 0 }, 'batch');
    return client.end(BatchSaga, 'batch');
  },
  ends: (items) => ({ status: 'completed', result: ((items - 1) * items) / 2 }),
  standing: (items) => Array.from({ length: items }, (_, item) => `item ${String(item).padStart(5, '0')}`),
});

family('fan-out', [fannedIn, takenBack, gone, batched]);

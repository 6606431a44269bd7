import {
  Compensate,
  performLocal,
  Query,
  Saga,
  sagaDefinition,
  Step,
  Update,
  UpdateValidator,
  type SagaClass,
  type SagaContext,
} from 'reprise/decorators';
import { postgres } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { ScratchSchema } from '../store/scratch-schema.js';

/** What happened in the world, by all workers. */
const world: string[] = [];

@Saga({ name: 'parcel' })
class ParcelSaga {
  @Step() async pack(sku: string): Promise<string> {
    world.push(`pack ${sku}`);
    return `parcel of ${sku}`;
  }
  @Compensate('pack') async unpack(_parcel: string | undefined, sku: string): Promise<void> {
    world.push(`unpack ${sku}`);
  }
  async run(sku: string): Promise<string> {
    return this.pack(sku);
  }
}

@Saga({ name: 'shipment' })
class ShipmentSaga {
  async run(order: { skus: string[]; fail?: boolean }, saga: SagaContext): Promise<string[]> {
    const parcels = await Promise.all(order.skus.map((sku) => saga.child(ParcelSaga, sku)));
    if (order.fail) throw new Error('no carrier');
    return parcels;
  }
}

/** Takes 60 items, ten in each run, with a window of five at a time. */
@Saga({ name: 'batch' })
class BatchSaga {
  @Step() async handle(item: number): Promise<number> {
    return item;
  }
  async run({ next, sum }: { next: number; sum: number }, saga: SagaContext): Promise<number> {
    let total = sum;
    for (let item = next; item < next + 10; item += 5) {
      const window = Array.from({ length: 5 }, (_, i) => this.handle(item + i));
      total += (await Promise.all(window)).reduce((one, two) => one + two, 0);
    }
    return next + 10 < 60 ? saga.continueAsNew({ next: next + 10, sum: total }) : total;
  }
}

@Saga({ name: 'cart' })
class CartSaga {
  private readonly items: string[] = [];
  private closed = false;
  @Update() async add(item: string): Promise<number> {
    this.items.push(item);
    return this.items.length;
  }
  @UpdateValidator('add') mayAdd(item: string): void {
    if (item === '') throw new Error('an item needs a name');
  }
  @Update() async checkOut(): Promise<string[]> {
    this.closed = true;
    return this.items;
  }
  @Query() content(): string[] {
    return this.items;
  }
  async run(_customer: string, saga: SagaContext): Promise<string[]> {
    await saga.until(() => this.closed && saga.handlersFinished, '1 hour');
    return this.items;
  }
}

const CLASSES: readonly (readonly [SagaClass, object])[] = [
  [ShipmentSaga, new ShipmentSaga()],
  [ParcelSaga, new ParcelSaga()],
  [BatchSaga, new BatchSaga()],
  [CartSaga, new CartSaga()],
];

describe('over PostgreSQL, with two workers and a client', () => {
  const scratch = new ScratchSchema();
  const engines: SagaEngine[] = [];
  let client: SagaEngine;

  async function open(sagas: readonly (readonly [SagaClass, object])[]): Promise<SagaEngine> {
    const engine = new SagaEngine({
      store: postgres({ url: scratch.url, schema: scratch.name, pool: 4 }),
      lease: '1s',
      poll: '100ms',
      keep: '0ms',
    });
    for (const [sagaClass, host] of sagas) {
      engine.host({ definition: sagaDefinition(sagaClass), perform: (step, args) => performLocal(host, step, args) });
    }
    await engine.open();
    engines.push(engine);
    return engine;
  }

  beforeAll(async () => {
    // Parents here, children there: what they have to tell each other goes through the database.
    await open(CLASSES.filter(([sagaClass]) => sagaClass !== ParcelSaga));
    await open(CLASSES.filter(([sagaClass]) => sagaClass === ParcelSaga));
    client = await open([]);
  });
  afterAll(async () => {
    for (const engine of engines) await engine.close('1s');
    await scratch.drop();
  });

  const result = (id: string, sagaClass: SagaClass): Promise<unknown> =>
    client.result(id, { definition: sagaDefinition(sagaClass), timeout: '25s' });

  it('C6 children on another worker hand their results to their parent', async () => {
    const skus = Array.from({ length: 40 }, (_, i) => `s${i}`);
    await client.start(sagaDefinition(ShipmentSaga), { skus }, { id: 'shipment' });
    expect(await result('shipment', ShipmentSaga)).toEqual(skus.map((sku) => `parcel of ${sku}`));
  });

  it('C6 children on another worker are undone when their parent fails', async () => {
    world.length = 0;
    await client.start(sagaDefinition(ShipmentSaga), { skus: ['tea', 'pot'], fail: true }, { id: 'failing' });
    await expect(result('failing', ShipmentSaga)).rejects.toMatchObject({ code: 'SAGA_COMPENSATED' });
    expect([...world].sort()).toEqual(['pack pot', 'pack tea', 'unpack pot', 'unpack tea']);
    expect(world.indexOf('unpack pot')).toBeLessThan(world.indexOf('unpack tea'));
    expect((await client.describe('failing/0')).status).toBe('compensated');
  });

  it('a batch goes through six runs of one id', async () => {
    await client.start(sagaDefinition(BatchSaga), { next: 0, sum: 0 }, { id: 'batch' });
    expect(await result('batch', BatchSaga)).toBe((59 * 60) / 2);
    const runs = await scratch.rows(`select status from $schema.instance where id = 'batch'`);
    expect(runs.filter(({ status }) => status === 'continued')).toHaveLength(5);
    expect(runs).toHaveLength(6);
  });

  it('M3 a cart is filled from outside, refuses what it may not hold, and answers the same twice', async () => {
    const cart = sagaDefinition(CartSaga);
    await client.start(cart, 'anna', { id: 'cart' });
    const first = await client.update(cart, 'cart', 'add', ['tea'], { key: 'first' });
    expect(await first.result()).toBe(1);
    const again = await client.update(cart, 'cart', 'add', ['tea'], { key: 'first' });
    expect(await again.result()).toBe(1);
    await expect(client.update(cart, 'cart', 'add', [''])).rejects.toMatchObject({ code: 'UPDATE_REJECTED' });
    expect(await client.query(cart, 'cart', 'content', [])).toEqual(['tea']);
    expect(await (await client.update(cart, 'cart', 'checkOut', [])).result()).toEqual(['tea']);
    expect(await result('cart', CartSaga)).toEqual(['tea']);
    const events = (await client.history('cart')).flatMap((turn) => turn.events.map(({ type }) => type));
    expect(events.filter((type) => type === 'UpdateAccepted')).toHaveLength(2);
  });
});

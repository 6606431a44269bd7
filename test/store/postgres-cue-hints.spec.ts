import { randomUUID } from 'node:crypto';
import { event } from 'reprise/contracts';
import { cueMarks, sagaSubscriber, type Cue } from 'reprise/core';
import { Saga, sagaDefinition, StartsOn, type SagaContext } from 'reprise/decorators';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { SagaEngine } from 'reprise/runtime';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { until } from '../transactions/process.js';
import { ScratchSchema } from './scratch-schema.js';

const OrderPlaced = event('order.placed', z.object({ orderId: z.string() }));
const OrderShipped = event('order.shipped', z.object({ orderId: z.string() }));

@Saga({ name: 'order.place' })
class PlaceOrderSaga {
  async run(orderId: string, saga: SagaContext): Promise<string> {
    saga.emit(OrderPlaced, { orderId });
    await saga.waitFor(OrderShipped, { where: { orderId } });
    return orderId;
  }
}

@StartsOn(OrderPlaced, { id: ({ orderId }) => `ship-${orderId}`, input: ({ orderId }) => orderId })
@Saga({ name: 'order.ship' })
class ShipOrderSaga {
  async run(orderId: string, saga: SagaContext): Promise<string> {
    saga.emit(OrderShipped, { orderId });
    return orderId;
  }
}

describe('hints at cues over PostgreSQL', () => {
  const scratch = new ScratchSchema();
  const engines: SagaEngine[] = [];
  let dataSource: DataSource;

  beforeAll(async () => (dataSource = await new DataSource({ type: 'postgres', url: scratch.url }).initialize()));
  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close('1s');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await scratch.drop();
  });

  const store = (): PostgresHistoryStore => postgres({ dataSource, schema: scratch.name });
  const listening = async (count: number): Promise<void> =>
    until(async () => {
      const rows = await scratch.rows('select 1 from pg_stat_activity where query = $1', [
        `listen "reprise:${scratch.name}"`,
      ]);
      return rows.length === count;
    });
  /** A process that would look for work by itself only in an hour. */
  async function open(...sagas: readonly (typeof PlaceOrderSaga)[]): Promise<SagaEngine> {
    const engine = new SagaEngine({ store: store(), poll: '1 hour', lease: '1 hour' });
    for (const saga of sagas) engine.host({ definition: sagaDefinition(saga), perform: async () => undefined });
    await engine.open();
    engines.push(engine);
    return engine;
  }

  it('W7 M6 a cue reaches a saga in another process, and what that emits an instance here, without a look for it', async () => {
    const here = await open(PlaceOrderSaga);
    await open(ShipOrderSaga);
    await listening(2);
    const definition = sagaDefinition(PlaceOrderSaga);
    await here.start(definition, 'o1', { id: 'o1' });
    await expect(here.result('o1', { definition, timeout: '20s' })).resolves.toBe('o1');
  });

  it('W7 M6 what a transaction publishes is on its way when that commits, in its own process too', async () => {
    const here = await open(ShipOrderSaga);
    await listening(1);
    await dataSource.transaction(async (manager) => {
      await here.cues.publish(OrderPlaced.name, { orderId: 'o2' }, { manager });
    });
    const definition = sagaDefinition(ShipOrderSaga);
    await until(() => here.describe('ship-o2').then(Boolean, () => false));
    await expect(here.result('ship-o2', { definition, timeout: '20s' })).resolves.toBe('o2');
  });

  it('W7 M6 nobody is told of what whoever publishes it brings itself, so that its commit waits for no other', async () => {
    const [one, other] = [store(), store()];
    await one.open();
    await other.open();
    let hints = 0;
    const off = other.cues.onHint(() => hints++);
    await listening(2);
    const ship = sagaSubscriber('order.ship');
    await one.cues.subscribe([{ name: ship, events: [OrderPlaced.name] }]);
    const before = hints;
    await one.cues.publish([cueOf('a')], ['instances', ship]);
    await one.cues.publish([cueOf('b')], ['instances']);
    await until(() => hints > before);
    await one.cues.publish([cueOf('c')]);
    await until(() => hints > before + 1);
    expect(hints).toBe(before + 2);
    off();
    await one.close();
    await other.close();
  });
});

function cueOf(orderId: string): Cue {
  const [id, payload] = [randomUUID(), { orderId }];
  const marks = cueMarks(OrderPlaced.name, payload);
  return { id, event: OrderPlaced.name, key: orderId, payload, at: 0, marks, flow: id, causation: id, correlation: id };
}

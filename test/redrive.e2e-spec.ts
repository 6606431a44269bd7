import { Controller, Inject, Module, type Type } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import { randomUUID } from 'node:crypto';
import type { Remote } from 'reprise/contracts';
import { Saga, sagaDefinition, Step } from 'reprise/decorators';
import { MicroserviceTransport } from 'reprise/microservices';
import { Handles, type HandlerStep, ParticipantModule } from 'reprise/participant';
import { SagaEngine, SystemClock } from 'reprise/runtime';
import { MemoryStore } from 'reprise/testing';
import { DataSource } from 'typeorm';
import { until } from './transactions/process.js';
import { Inventory } from './transport/contract.js';
import { tcpService } from './transport/tcp-service.js';

const ANNA = { by: 'anna', reason: 'ticket 7' };
const schema = `redrive_${randomUUID().replaceAll('-', '')}`;
const inboxSchema = `${schema}_inbox`;
/** What is on the shelf, and how long a reservation takes, in milliseconds. */
const shelf = { stock: 0, takes: 0, runs: 0 };

@Controller()
class InventoryController {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @Handles(Inventory.reserve)
  async reserve({ sku, count }: { sku: string; count: number }, { manager, key }: HandlerStep) {
    shelf.runs++;
    await new Promise((resolve) => setTimeout(resolve, shelf.takes));
    if (shelf.stock < count) throw new Inventory.errors.OutOfStock({ sku });
    await manager.query(`INSERT INTO ${schema}.effect (key, sku, count) VALUES ($1, $2, $3)`, [key, sku, count]);
    return { id: `r-${sku}`, count };
  }
}

@Saga({ name: 'reservation' })
class ReservationSaga {
  @Step(Inventory.reserve, { retry: { attempts: 1 }, timeout: '400ms' })
  declare reserve: Remote<typeof Inventory.reserve>;

  async run({ sku, count }: { sku: string; count: number }): Promise<string> {
    return (await this.reserve({ sku, count })).id;
  }
}
const definition = sagaDefinition(ReservationSaga);

describe('a redrive of a step at a participant with an inbox', () => {
  let dataSource: DataSource;
  let engine: SagaEngine;
  const apps: { close(): Promise<unknown> }[] = [];

  function participantModule(): Type {
    @Module({
      imports: [ParticipantModule.forRootAsync({ useFactory: () => ({ inbox: { dataSource, schema: inboxSchema } }) })],
      controllers: [InventoryController],
      providers: [{ provide: DataSource, useFactory: () => dataSource }],
    })
    class AppModule {}
    return AppModule;
  }

  beforeAll(async () => {
    const url = process.env['DATABASE_URL']!;
    dataSource = await new DataSource({ type: 'postgres', url }).initialize();
    await dataSource.query(`CREATE SCHEMA ${schema}`);
    await dataSource.query(`CREATE TABLE ${schema}.effect (key text, sku text, count int)`);
    const { app, port } = await tcpService(participantModule());
    apps.push(app);
    const transport = new MicroserviceTransport({
      inventory: { transport: Transport.TCP, options: { host: '127.0.0.1', port } },
    });
    transport.register(Inventory.reserve);
    engine = new SagaEngine({ store: new MemoryStore(new SystemClock()), transport });
    engine.host({ definition, perform: () => Promise.reject(new Error('no local step')) });
    await engine.open();
  });
  beforeEach(() => Object.assign(shelf, { stock: 0, takes: 0, runs: 0 }));
  afterAll(async () => {
    await engine.close();
    await Promise.all(apps.map((app) => app.close()));
    await dataSource.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; DROP SCHEMA IF EXISTS ${inboxSchema} CASCADE`);
    await dataSource.destroy();
  });

  async function failed(id: string): Promise<void> {
    await engine.start(definition, { sku: id, count: 2 }, { id });
    await expect(engine.result(id)).rejects.toMatchObject({ code: 'SAGA_FAILED' });
  }
  const counts = async (sku: string): Promise<number[]> => {
    const rows: { count: number }[] = await dataSource.query(`SELECT count FROM ${schema}.effect WHERE sku = $1`, [
      sku,
    ]);
    return rows.map(({ count }) => count);
  };

  it('S4 asks it anew after a declared error, which it would repeat for ever under the old key', async () => {
    await failed('tea');
    await engine.control.redrive('tea', ANNA);
    await expect(engine.result('tea')).rejects.toMatchObject({ code: 'SAGA_FAILED' });
    expect(shelf.runs).toBe(2);
    shelf.stock = 9;
    await engine.control.redrive('tea', ANNA);
    expect(await engine.result('tea')).toBe('r-tea');
    expect(await counts('tea')).toEqual([2]);
  });

  it('S3 S6 gets the answer that was late, and the handler does not run again', async () => {
    Object.assign(shelf, { stock: 9, takes: 700 });
    await failed('slow');
    shelf.takes = 0;
    await until(async () => (await counts('slow')).length > 0);
    await engine.control.redrive('slow', ANNA);
    expect(await engine.result('slow')).toBe('r-slow');
    expect(shelf.runs).toBe(1);
    expect(await counts('slow')).toEqual([2]);
  });

  it('S3 takes less when the input is edited, once', async () => {
    shelf.stock = 1;
    await failed('last');
    await engine.control.redrive('last', { ...ANNA, input: [{ sku: 'last', count: 1 }] });
    expect(await engine.result('last')).toBe('r-last');
    expect(await counts('last')).toEqual([1]);
  });

  it('S3 shares the effect with a fork that begins while it has no answer', async () => {
    Object.assign(shelf, { stock: 9, takes: 200 });
    await engine.start(definition, { sku: 'both', count: 2 }, { id: 'both' });
    await engine.control.fork('both', { ...ANNA, fromEvent: 2, newId: 'both-2' });
    expect([await engine.result('both'), await engine.result('both-2')]).toEqual(['r-both', 'r-both']);
    expect(await counts('both')).toEqual([2]);
  });
});

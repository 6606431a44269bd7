import { Query, Saga, SagaClient, SagaEngine, Signal, Step, type SagaContext } from 'reprise';
import { postgres, transactionManager } from 'reprise/postgres';
import { DataSource } from 'typeorm';
import { scratchDatabase } from '../support/scratch-database.js';
import { Books, until, type SagaProcess } from './process.js';

@Saga({ name: 'shipment' })
class ShipmentSaga {
  private paid = 0;

  @Signal() pay(amount: number): void {
    this.paid += amount;
  }
  @Query() balance(): number {
    return this.paid;
  }
  async run(price: number, saga: SagaContext): Promise<number> {
    await saga.until(() => this.paid >= price);
    return this.paid;
  }
}

/** Starts a shipment in the transaction of its step. */
@Saga({ name: 'shop' })
class ShopSaga {
  constructor(private readonly shipments: () => SagaClient<ShipmentSaga>) {}

  @Step({ transactional: true, retry: { attempts: 3, backoff: 1 } })
  async order(id: string): Promise<string> {
    await transactionManager().query(`insert into booking (account, amount) values ($1, 1)`, [id]);
    const handle = await this.shipments().start(0, { id: `shipment ${id}`, manager: transactionManager() });
    if (id === 'fails') throw new Error('no');
    return handle.id;
  }
  async run(id: string): Promise<string> {
    return this.order(id);
  }
}

describe('S9 start and signal inside a transaction of the caller', () => {
  const books = new Books();
  let running: SagaProcess;
  let shipments: SagaClient<ShipmentSaga>;

  beforeAll(async () => {
    await books.open();
    running = await books.start([
      [ShipmentSaga, new ShipmentSaga()],
      [ShopSaga, new ShopSaga(() => shipments)],
    ]);
    shipments = new SagaClient(ShipmentSaga, async () => running.engine);
  });
  afterAll(() => books.drop());

  const book = 'insert into booking (account, amount) values ($1, 1)';

  it('S9 begins the instance when the transaction commits, with what it wrote', async () => {
    const handle = await running.dataSource.transaction(async (manager) => {
      await manager.query(book, ['committed']);
      const started = await shipments.start(0, { id: 'committed', manager });
      await expect(started.describe()).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
      return started;
    });
    await expect(handle.result({ timeout: '20s' })).resolves.toBe(0);
    expect(await books.amounts('committed')).toEqual([1]);
  });

  it('S9 leaves nothing when the transaction rolls back', async () => {
    const rolledBack = running.dataSource.transaction(async (manager) => {
      await manager.query(book, ['rolled back']);
      await shipments.start(0, { id: 'rolled back', manager });
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await expect(shipments.get('rolled back').describe()).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    expect(await books.amounts('rolled back')).toEqual([]);
  });

  it('I1 holds inside: the handle of the one that is there, or DUPLICATE_ID, as asked', async () => {
    await shipments.start(5, { id: 'taken' });
    await running.dataSource.transaction(async (manager) => {
      await manager.query(book, ['taken']);
      expect((await shipments.start(0, { id: 'taken', manager })).id).toBe('taken');
      const refused = shipments.start(0, { id: 'taken', manager, onConflict: 'error' });
      await expect(refused).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
      await shipments.start(5, { id: 'twice', manager });
      const again = shipments.start(5, { id: 'twice', manager, onConflict: 'error' });
      await expect(again).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
    });
    expect(await books.amounts('taken')).toEqual([1]);
    expect(await shipments.get('twice').describe()).toMatchObject({ status: 'running' });
  });

  it('I1 starts anew inside when the last run has ended and onClosed says so', async () => {
    const first = await shipments.start(0, { id: 'again' });
    await first.result({ timeout: '20s' });
    const { key } = await first.describe();
    await running.dataSource.transaction(async (manager) => {
      const refused = shipments.start(7, { id: 'again', manager, onClosed: 'error' });
      await expect(refused).rejects.toMatchObject({ code: 'DUPLICATE_ID' });
      await shipments.start(7, { id: 'again', manager, onClosed: 'restart' });
    });
    expect((await first.describe()).key).not.toEqual(key);
  });

  it('S9 M1 signals when the transaction commits, and not at all when it rolls back', async () => {
    const handle = await shipments.start(7, { id: 'signalled' });
    const rolledBack = running.dataSource.transaction(async (manager) => {
      await handle.with({ manager }).signal('pay', 1_000);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await running.dataSource.transaction(async (manager) => {
      await handle.with({ manager }).signal('pay', 3);
      // Sent twice, delivered once: it has a key.
      for (const _ of [1, 2]) await handle.with({ manager, key: 'payment 4' }).signal('pay', 4);
      expect(await handle.query('balance')).toBe(0);
    });
    await expect(handle.result({ timeout: '20s' })).resolves.toBe(7);
  });

  it('S9 M1 says when there is nobody to signal, and leaves the transaction as it was', async () => {
    const ended = await shipments.start(0, { id: 'ended' });
    await ended.result({ timeout: '20s' });
    await running.dataSource.transaction(async (manager) => {
      await manager.query(book, ['went on']);
      const nobody = shipments.get('nobody').with({ manager }).signal('pay', 1);
      await expect(nobody).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
      const late = ended.with({ manager }).signal('pay', 1);
      await expect(late).rejects.toMatchObject({ code: 'INSTANCE_CLOSED' });
    });
    expect(await books.amounts('went on')).toEqual([1]);
  });

  it('S9 leaves the transaction as it was when PostgreSQL refuses what is sent', async () => {
    const handle = await shipments.start(7, { id: 'refused' });
    await running.dataSource.transaction(async (manager) => {
      await manager.query(book, ['refused']);
      const refused = handle.with({ manager, key: 'no text may hold \0' }).signal('pay', 1);
      await expect(refused).rejects.toMatchObject({ code: 'APPEND_REJECTED' });
      await handle.with({ manager }).signal('pay', 7);
    });
    expect(await books.amounts('refused')).toEqual([1]);
    await expect(handle.result({ timeout: '20s' })).resolves.toBe(7);
  });

  it('S9 works in the transaction of a step: what it starts and what it writes happen once', async () => {
    const shop = new SagaClient(ShopSaga, async () => running.engine);
    const handle = await shop.start('works');
    await expect(handle.result({ timeout: '20s' })).resolves.toBe('shipment works');
    await expect(shipments.get('shipment works').result({ timeout: '20s' })).resolves.toBe(0);
    const failing = await shop.start('fails');
    await expect(failing.result({ timeout: '20s' })).rejects.toMatchObject({ code: 'SAGA_FAILED' });
    await expect(shipments.get('shipment fails').describe()).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    expect(await books.amounts('fails')).toEqual([]);
  });

  it('W7 wakes a worker of another process when the transaction commits', async () => {
    const other = new SagaEngine({
      store: postgres({ dataSource: running.dataSource, schema: books.scratch.name, listen: false }),
    });
    await other.open();
    const client = new SagaClient(ShipmentSaga, async () => other);
    const handle = await running.dataSource.transaction((manager) => client.start(0, { id: 'elsewhere', manager }));
    await until(async () => (await handle.describe()).status === 'completed');
    await other.close();
  });

  it('S9 refuses a manager that is in no transaction', async () => {
    const refused = shipments.start(0, { id: 'none', manager: running.dataSource.manager });
    await expect(refused).rejects.toMatchObject({ code: 'NOT_IN_TRANSACTION' });
    const signalled = shipments.get('none').with({ manager: running.dataSource.manager }).signal('pay', 1);
    await expect(signalled).rejects.toMatchObject({ code: 'NOT_IN_TRANSACTION' });
  });

  it('S9 refuses a manager of another database, whether it holds other histories or none', async () => {
    const foreign = await scratchDatabase();
    const dataSource = await new DataSource({ type: 'postgres', url: foreign.url }).initialize();
    try {
      const start = (): Promise<unknown> =>
        dataSource.transaction(async (manager) => {
          await expect(shipments.start(0, { id: 'foreign', manager })).rejects.toMatchObject({
            code: 'FOREIGN_TRANSACTION',
          });
          expect(await manager.query('select 1 as one')).toEqual([{ one: 1 }]);
        });
      await start();
      const namesake = postgres({ url: foreign.url, schema: books.scratch.name, listen: false });
      await namesake.open();
      await namesake.close();
      await start();
    } finally {
      await dataSource.destroy();
      await foreign.drop();
    }
    await expect(shipments.get('foreign').describe()).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
  });
});

import { randomUUID } from 'node:crypto';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { CHARGE, requestOf, requestsOf } from './contract/limits.js';
import { ScratchSchema } from './scratch-schema.js';

/** Several processes that share a limit: each worker has its own connections. */
describe('limits in PostgreSQL, when many are at it', () => {
  const scratch = new ScratchSchema();
  const stores: PostgresHistoryStore[] = [];
  const workers = Array.from({ length: 6 }, () => randomUUID());

  beforeAll(async () => {
    for (const worker of workers) {
      const store = postgres({ url: scratch.url, schema: scratch.name, pool: 2, listen: false });
      stores.push(store);
      await store.open();
      await store.heartbeat(worker, 600_000, []);
    }
  });
  afterEach(() => scratch.rows('truncate $schema.permit, $schema.step_limit'));
  afterAll(async () => {
    for (const store of stores) await store.close();
    await scratch.drop();
  });

  it('S10 never lets more through at a time than the concurrency', async () => {
    await stores[0]!.limits.declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 3 } }]);
    let underWay = 0;
    let most = 0;
    await Promise.all(
      workers.map(async (worker, i) => {
        const { limits } = stores[i]!;
        const open = new Set(requestsOf(25, { key: `customer ${i % 2}`, priority: i % 3 }));
        await limits.request(worker, [...open]);
        while (open.size > 0) {
          const taken = await limits.take(worker, [CHARGE]);
          underWay += taken.granted.length;
          most = Math.max(most, underWay);
          for (const request of open) if (taken.granted.includes(request.id)) open.delete(request);
          // What comes free is counted before the store knows, so that the count is never above what is really under way.
          underWay -= taken.granted.length;
          await limits.giveBack(
            worker,
            taken.granted.map((id) => ({ ...CHARGE, id })),
          );
        }
      }),
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('S10 never holds more than the concurrency, however many take at the same moment what just came to the front', async () => {
    await stores[0]!.limits.declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 4 } }]);
    for (let round = 0; round < 40; round++) {
      const rounds = workers.map(async (worker, i) => {
        const { limits } = stores[i]!;
        await limits.request(worker, requestsOf(3, { priority: round * 10 + i }));
        const { granted } = await limits.take(worker, [CHARGE]);
        return () =>
          limits.giveBack(
            worker,
            granted.map((id) => ({ ...CHARGE, id })),
          );
      });
      const ended = await Promise.all(rounds);
      expect(await heldByAll()).toBeLessThanOrEqual(4);
      for (const giveBack of ended) await giveBack();
    }
  });

  it('S10 never lets more begin than the rate, however many take at the same moment', async () => {
    const limit = { rate: { count: 7, perMs: 600_000 } };
    await stores[0]!.limits.declare(['PlaceOrder'], [{ ...CHARGE, limit }]);
    await Promise.all(workers.map((worker, i) => stores[i]!.limits.request(worker, requestsOf(10))));
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        workers.map(async (worker, i) => {
          const { granted } = await stores[i]!.limits.take(worker, [CHARGE]);
          await stores[i]!.limits.giveBack(
            worker,
            granted.map((id) => ({ ...CHARGE, id })),
          );
        }),
      );
    }
    const begun = await scratch.rows('select 1 from $schema.permit where granted_at is not null');
    expect(begun).toHaveLength(7);
    await scratch.agePermits(600_000);
    await stores[0]!.limits.take(workers[0]!, [CHARGE]);
    const again = await scratch.rows('select 1 from $schema.permit where granted_at is not null');
    expect(again.length).toBeLessThanOrEqual(7);
  });

  it('S10 grants nothing when it waited for another grant, and says that it has to look again', async () => {
    const { limits } = stores[0]!;
    await limits.declare(['PlaceOrder'], [{ ...CHARGE, limit: { concurrency: 1 } }]);
    await limits.request(workers[0]!, [requestOf()]);
    const client = await scratch.admin.connect();
    await client.query('begin');
    await client.query(`update "${scratch.name}".step_limit set turn = turn + 1`);
    const taking = limits.take(workers[0]!, [CHARGE]);
    const waiting = `select 1 from pg_locks where not granted and locktype in ('transactionid', 'tuple')`;
    while ((await scratch.rows(waiting)).length === 0) {
      // Look again until it waits; the spec's own time limit ends it.
    }
    await client.query('commit');
    client.release();
    expect(await taking).toEqual({ granted: [], contended: true });
    expect((await limits.take(workers[0]!, [CHARGE])).granted).toHaveLength(1);
  });

  it('tells those who listen that a permit came free for which they wait, and that a setting changed', async () => {
    const listening = postgres({ url: scratch.url, schema: scratch.name, pool: 1 });
    let hints = 0;
    let heard: () => void = () => undefined;
    listening.limits.onChange(() => {
      hints++;
      heard();
    });
    const connected = new Promise<void>((resolve) => (heard = resolve));
    await listening.open();
    await connected;
    const [mine, other] = [requestOf(), requestOf()];
    await stores[0]!.limits.request(workers[0]!, [mine]);
    await stores[1]!.limits.request(workers[1]!, [other]);
    const before = hints;
    const free = new Promise<void>((resolve) => (heard = resolve));
    await stores[0]!.limits.giveBack(workers[0]!, [mine]);
    await free;
    const changed = new Promise<void>((resolve) => (heard = resolve));
    await stores[0]!.limits.pause(CHARGE, 'anna', '');
    await changed;
    expect(hints).toBe(before + 2);
    await listening.close();
  });

  async function heldByAll(): Promise<number> {
    const rows = await scratch.rows('select 1 from $schema.permit where granted_at is not null and ended_at is null');
    return rows.length;
  }
});

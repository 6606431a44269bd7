import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { isTransient, postgres, StoreError } from 'reprise/postgres';
import { messageOf, startOf, turnOf } from './history-store.contract.js';
import { ScratchSchema } from './scratch-schema.js';

const HOSTED = [{ saga: 'PlaceOrder', version: 1 }];

describe('PostgreSQL in trouble', () => {
  const scratch = new ScratchSchema();
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);

  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(async () => {
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    await scratch.drop();
  });

  it('W6 rejects what is in flight when connections are cut, and works again afterwards', async () => {
    const store = postgres({ url: scratch.namedUrl, schema: scratch.name, pool: 4 });
    await store.open();
    const worker = randomUUID();
    await store.heartbeat(worker, 600_000, HOSTED);
    const starts = Array.from({ length: 4 }, () => startOf());
    await store.append(worker, starts);
    let hints = 0;
    store.onHint(() => hints++);
    const failures: unknown[] = [];
    for (let seq = 1, cuts = 0; cuts < 5; seq++) {
      const turns = starts.map((start) => turnOf(start, seq));
      const cut =
        seq % 5 === 0 ? scratch.cutConnections().then((count) => void (cuts += count > 0 ? 1 : 0)) : undefined;
      // An append that failed may have been written: the same one again says which.
      for (;;) {
        try {
          for (const outcome of await store.append(worker, turns)) expect(['appended', 'repeated']).toContain(outcome);
          break;
        } catch (error) {
          failures.push(error);
        }
      }
      await cut;
      for (const start of starts) expect(await again(() => store.history(start.key))).toHaveLength(seq + 1);
    }
    for (const error of failures) expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', transient: true });
    // The listening connection comes back by itself and says so, since something may have been missed.
    const before = hints;
    await scratch.cutConnections();
    while (hints === before) await new Promise((resolve) => setTimeout(resolve, 10));
    await store.close();
  });

  it('M1 W6 does not take a burst for a database that is away, and keeps a lease meanwhile', async () => {
    const store = postgres({ url: scratch.url, schema: scratch.name, pool: 2, connectTimeout: 100 });
    await store.open();
    const worker = randomUUID();
    await store.heartbeat(worker, 600_000, HOSTED);
    const start = startOf();
    await store.append(worker, [start]);
    let posted = 0;
    const messages = Array.from({ length: 1_500 }, async (_, i) => {
      const outcome = await store.post(start.key.shard, start.start!.id, messageOf(`m${i}`));
      posted++;
      return outcome;
    });
    expect(await store.heartbeat(worker, 600_000, HOSTED)).toBe(true);
    // It did not wait for the burst.
    expect(posted).toBeLessThan(1_500);
    expect(new Set(await Promise.all(messages))).toEqual(new Set(['accepted']));
    await store.close();
  });

  it('W6 rejects when nobody is there', async () => {
    const port = await freePort();
    const store = postgres({ url: `postgres://nobody@127.0.0.1:${port}/none`, schema: scratch.name });
    await expect(store.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', transient: true });
    await expect(store.claim(randomUUID(), 1, HOSTED)).rejects.toBeInstanceOf(StoreError);
    await store.close();
  });

  it('W6 rejects when somebody is there who never answers', async () => {
    const sockets = new Set<net.Socket>();
    const silent = net.createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as net.AddressInfo;
    const store = postgres({ url: `postgres://nobody@127.0.0.1:${port}/none`, connectTimeout: 100 });
    await expect(store.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', transient: true });
    await store.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('W6 rejects a statement that waits too long, and writes nothing of it', async () => {
    const store = postgres({ url: scratch.url, schema: scratch.name, statementTimeout: 100, listen: false });
    await store.open();
    const worker = randomUUID();
    await store.heartbeat(worker, 600_000, HOSTED);
    const start = startOf();
    await store.append(worker, [start]);
    const holder = await scratch.admin.connect();
    await holder.query('begin');
    await holder.query(`select from "${scratch.name}".instance where run = $1 for update`, [start.key.run]);
    await expect(store.append(worker, [turnOf(start, 1)])).rejects.toMatchObject({ transient: true });
    await holder.query('rollback');
    holder.release();
    expect(await store.append(worker, [turnOf(start, 1)])).toEqual(['appended']);
    await store.close();
  });

  it('W2 waits for the last append of a dead worker before it gives its instances away', async () => {
    const store = postgres({ url: scratch.url, schema: scratch.name, listen: false });
    await store.open();
    const [dead, heir] = [randomUUID(), randomUUID()];
    await store.heartbeat(heir, 600_000, HOSTED);
    for (let round = 0; round < 20; round++) {
      const worker = round === 0 ? dead : randomUUID();
      await store.heartbeat(worker, 600_000, HOSTED);
      const start = startOf();
      await store.append(worker, [start]);
      await store.heartbeat(worker, 0, HOSTED);
      const [[outcome], claimed] = await Promise.all([
        store.append(worker, [turnOf(start, 1)]),
        claimUntil(() => store.claim(heir, 10, HOSTED)),
      ]);
      const mine = claimed.find(({ summary }) => summary.key.run === start.key.run)!;
      expect(mine.turns).toHaveLength(outcome === 'appended' ? 2 : 1);
      expect(await store.history(start.key)).toHaveLength(mine.turns.length);
    }
    await store.close();
  });

  it.each([
    [{ code: '08006' }, true],
    [{ code: '57P01' }, true],
    [{ code: '53300' }, true],
    [{ code: '40P01' }, true],
    [{ code: '40001' }, true],
    [{ code: 'ECONNREFUSED' }, true],
    [{ code: 'EPIPE' }, true],
    [{ code: 'ENOTFOUND' }, true],
    [new AggregateError([Object.assign(new Error(), { code: 'ECONNREFUSED' })]), true],
    [new Error('timeout exceeded when trying to connect'), true],
    [new Error('Connection terminated unexpectedly'), true],
    [{ code: '0A000', routine: 'RevalidateCachedQuery' }, true],
    [{ code: '0A000' }, false],
    [{ code: '22021' }, false],
    [{ code: '23505' }, false],
    [{ code: '54000' }, false],
    [{ code: '42501' }, false],
    [new TypeError('not a UUID'), false],
    [undefined, false],
    ['a string', false],
  ])('tells what will pass from what will not: %j', (error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });
});

/** Tries until the database is there again. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreError && error.transient)) throw error;
    }
  }
}

async function claimUntil<T>(claim: () => Promise<T[]>): Promise<T[]> {
  for (;;) {
    const claimed = await claim();
    if (claimed.length > 0) return claimed;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

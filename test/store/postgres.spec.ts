import { randomUUID } from 'node:crypto';
import { SagaError } from 'reprise/core';
import { postgres, StoreError, type PostgresHistoryStore } from 'reprise/postgres';
import { DataSource } from 'typeorm';
import { describeCallerTransactions } from './contract/caller-transactions.js';
import { describeStepTransactions } from './contract/step-transactions.js';
import { describeHistoryStore, messageOf, startOf, turnOf } from './history-store.contract.js';
import { postgresWithCallers } from './postgres-callers.js';
import { ScratchSchema } from './scratch-schema.js';

describeHistoryStore('PostgreSQL', async () => {
  const scratch = new ScratchSchema();
  const options = { url: scratch.url, schema: scratch.name, pool: 6, listen: false };
  const [store, another] = [postgres(options), postgres(options)];
  await store.open();
  await another.open();
  return {
    store,
    another,
    passLimitTime: (ms) => scratch.agePermits(ms),
    dispose: async () => {
      await store.close();
      await another.close();
      await scratch.drop();
    },
  };
});

describeHistoryStore('PostgreSQL, over a TypeORM data source', async () => {
  const scratch = new ScratchSchema();
  const dataSource = new DataSource({ type: 'postgres', url: scratch.url, poolSize: 6 });
  const store = postgres({ dataSource, schema: scratch.name, listen: false });
  await store.open();
  return {
    store,
    another: store,
    passLimitTime: (ms) => scratch.agePermits(ms),
    dispose: async () => {
      await store.close();
      expect(dataSource.isInitialized).toBe(true);
      await dataSource.destroy();
      await scratch.drop();
    },
  };
});

describeStepTransactions('PostgreSQL', async () => {
  const scratch = new ScratchSchema();
  const dataSource = new DataSource({ type: 'postgres', url: scratch.url, poolSize: 10 });
  const store = postgres({ dataSource, schema: scratch.name, listen: false });
  await store.open();
  return {
    transactions: store.transactions!,
    dispose: async () => {
      await store.close();
      await dataSource.destroy();
      await scratch.drop();
    },
  };
});

describe.each(['over the same data source', 'over a url, with a data source beside it'])('PostgreSQL %s', (how) => {
  describeCallerTransactions(how, () =>
    postgresWithCallers((dataSource, { url, name }) => {
      const connect = how === 'over the same data source' ? { dataSource } : { url };
      return postgres({ ...connect, schema: name, listen: false });
    }),
  );
});

describe('PostgreSQL', () => {
  const scratch = new ScratchSchema();
  const worker = randomUUID();
  let store: PostgresHistoryStore;

  beforeAll(async () => {
    store = postgres({ url: scratch.url, schema: scratch.name });
    await store.open();
    await store.heartbeat(worker, 600_000, []);
  });
  afterAll(async () => {
    await store.close();
    await scratch.drop();
  });

  it('shows one event per row in the view, also where json operators would fail', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    const events = [
      { type: 'StepCompleted' as const, call: 0, attempt: 1, result: '\u0000 \ud800' },
      { type: 'StepScheduled' as const, call: 1, step: 'ship', input: [] },
    ];
    await store.append(worker, [{ ...turnOf(start, 1), turn: { at: 1_763_000_000_123, events } }]);
    const rows = await scratch.rows(
      'select id, seq, position::int, type, event::text, at from $schema.event where run = $1 order by seq, position',
      [start.key.run],
    );
    expect(rows).toMatchObject([
      { id: start.start!.id, seq: 0, position: 1, type: 'SagaStarted' },
      { seq: 1, position: 1, type: 'StepCompleted', event: JSON.stringify(events[0]), at: new Date(1_763_000_000_123) },
      { seq: 1, position: 2, type: 'StepScheduled' },
    ]);
  });

  it('S7 keeps orphans where people can read them', async () => {
    const start = startOf({}, { head: { status: 'completed', retrying: false } });
    await store.append(worker, [start]);
    await store.post(start.key.shard, start.start!.id, messageOf('late'));
    await store.post(9, 'nobody', messageOf('lost'));
    await store.recordOrphan({
      key: start.key,
      id: start.start!.id,
      reason: 'late-result',
      call: 3,
      attempt: 2,
      payload: ['\u0000'],
    });
    const rows = await scratch.rows('select run, id, reason, call, payload::text from $schema.orphan order by number');
    expect(rows).toMatchObject([
      { run: start.key.run, reason: 'closed-instance', payload: expect.stringContaining('"late"') },
      { run: null, id: 'nobody', reason: 'unknown-instance' },
      { run: start.key.run, reason: 'late-result', call: 3, payload: '["\\u0000"]' },
    ]);
  });

  it('S7 puts on record what was in the mailbox when the instance ended', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    await store.post(start.key.shard, start.start!.id, messageOf('never read'));
    await store.append(worker, [turnOf(start, 1, { head: { status: 'completed', retrying: false } })]);
    expect(await scratch.rows('select 1 from $schema.message where run = $1', [start.key.run])).toEqual([]);
    expect(await scratch.rows('select reason from $schema.orphan where run = $1', [start.key.run])).toEqual([
      { reason: 'closed-instance' },
    ]);
  });

  it('refuses a value that PostgreSQL cannot hold, as an error that will not pass, and writes none of the batch', async () => {
    const fine = startOf();
    const poison = startOf({ saga: 'nul \u0000' });
    const error: unknown = await store.append(worker, [fine, poison]).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code: 'APPEND_REJECTED', transient: false });
    expect(await store.append(worker, [fine])).toEqual(['appended']);
  });

  it('leaves the id of an ended run alone when a very late repeat of its start comes', async () => {
    const first = startOf({ reuse: true }, { head: { status: 'failed', retrying: false } });
    const second = startOf({ id: first.start!.id, reuse: true }, { head: { status: 'failed', retrying: false } });
    await store.append(worker, [first]);
    await store.append(worker, [second]);
    expect(await store.append(worker, [first])).toEqual(['refused']);
    expect((await store.find(first.key.shard, first.start!.id))!.key).toEqual(second.key);
  });

  it('W7 hints at free starts and messages, and at nothing on the hot path', async () => {
    let hints = 0;
    const off = store.onHint(() => hints++);
    await until(() => listening().then((count) => count === 1));
    const start = startOf();
    await store.append(worker, [start]);
    await store.append(worker, [turnOf(start, 1)]);
    const before = hints;
    await store.append(undefined, [startOf({ owned: false })]);
    await until(() => hints > before);
    const between = hints;
    await store.post(start.key.shard, start.start!.id, messageOf('hello'));
    await until(() => hints > between);
    off();
    const afterwards = hints;
    await store.post(start.key.shard, start.start!.id, messageOf('unheard'));
    expect(hints).toBe(afterwards);
  });

  it('W7 hears hints over a data source with a single connection, and leaves it open', async () => {
    const dataSource = new DataSource({ type: 'postgres', url: scratch.url, poolSize: 1 });
    const other = postgres({ dataSource, schema: scratch.name });
    let hints = 0;
    other.onHint(() => hints++);
    await other.open();
    await until(() => hints === 1);
    await store.append(undefined, [startOf({ owned: false })]);
    await until(() => hints === 2);
    await other.close();
    expect(await dataSource.query('select 1 as one')).toEqual([{ one: 1 }]);
    await dataSource.destroy();
    await expect(other.find(1, 'x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('refuses a data source that is not PostgreSQL', async () => {
    const dataSource = { options: { type: 'mysql' } } as unknown as DataSource;
    await expect(postgres({ dataSource }).open()).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });

  it.each(['reprise"; drop schema public; --', 'Orders', '', 'pg_catalog', 'a'.repeat(40), 'ä', '1st'])(
    'refuses %j as the name of a schema',
    (schema) => {
      expect(() => postgres({ url: scratch.url, schema })).toThrow(SagaError);
    },
  );

  async function listening(): Promise<number> {
    const rows = await scratch.rows(`select 1 from pg_stat_activity where query = 'listen "reprise:${scratch.name}"'`);
    return rows.length;
  }
});

/** Looks again until it is so; the spec's own time limit ends it. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

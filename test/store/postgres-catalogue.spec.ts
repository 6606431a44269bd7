import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { InstanceFilter, InstancePosition } from 'reprise/core';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { keyColumns } from '../../libs/store-postgres/src/appender.js';
import { binaryArray } from '../../libs/store-postgres/src/binary-array.js';
import { FIRST_POSITION, searchOf } from '../../libs/store-postgres/src/instance-search.js';
import { census } from '../../libs/store-postgres/src/statements/census.js';
import { claimDue } from '../../libs/store-postgres/src/statements/claim-due.js';
import { listByKind, listByTag } from '../../libs/store-postgres/src/statements/list-instances.js';
import { postMessage } from '../../libs/store-postgres/src/statements/post-message.js';
import { postponeStart } from '../../libs/store-postgres/src/statements/postpone-start.js';
import { readProgress } from '../../libs/store-postgres/src/statements/read-progress.js';
import { recordProgress } from '../../libs/store-postgres/src/statements/record-progress.js';
import type { Statement } from '../../libs/store-postgres/src/statements/statement.js';
import { storeFigures } from '../../libs/store-postgres/src/statements/store-figures.js';
import { sweepInstances } from '../../libs/store-postgres/src/statements/sweep-instances.js';
import { messageOf, startOf } from './history-store.contract.js';
import { ScratchSchema } from './scratch-schema.js';

const INSTANCES = 40_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

describe('PostgreSQL, with tens of thousands of instances', () => {
  const scratch = new ScratchSchema();
  let store: PostgresHistoryStore;

  beforeAll(async () => {
    store = postgres({ url: scratch.namedUrl, schema: scratch.name, listen: false });
    await store.open();
    // One in a thousand waits; of the rest most completed. Every instance has a customer of ten, and one of two regions.
    await scratch.rows(`
      insert into $schema.instance (shard, run, id, saga, version, status, retrying, tags, wake_at, started_at, closed_at)
      select n % 64, gen_random_uuid(), 'order-' || n, 'saga.' || n % 4, 1,
        case when n % 1000 = 0 then 'running' when n % 10 = 0 then 'failed' else 'completed' end, false,
        json_build_object('customer', 'c-' || n / 10, 'region', case when n % 2 = 0 then 'eu' else 'us' end), 'infinity',
        now() - (${INSTANCES} - n) * interval '1 second', case when n % 1000 <> 0 then now() - interval '1 minute' end
      from generate_series(1, ${INSTANCES}) n`);
    await scratch.rows(`
      insert into $schema.tag (shard, run, name, value, started_at)
      select shard, run, tag.key, tag.value::text, started_at from $schema.instance cross join lateral json_each(tags) tag`);
    await scratch.rows('insert into $schema.history select shard, run, 0, 0, json_build_array() from $schema.instance');
    await scratch.rows('analyze $schema.instance');
    await scratch.rows('analyze $schema.tag');
    await scratch.rows('analyze $schema.history');
  });
  afterAll(async () => {
    await store.close();
    await scratch.drop();
  });

  /** How many rows of tables the statement looks at; refuses a plan that reads a whole table. What it changes is taken back. */
  async function looksAt(statement: Statement, values: readonly unknown[]): Promise<number> {
    const client = await scratch.admin.connect();
    try {
      await client.query('begin');
      const text = `explain (analyze, format json) ${statement.text(`"${scratch.name}"`)}`;
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(text, values as unknown[]);
      return rowsOf(rows[0]!['QUERY PLAN'][0].Plan);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  function rowsOf(node: PlanNode): number {
    const table = node['Relation Name'];
    if (node['Node Type'] === 'Seq Scan' && table && table !== 'worker')
      throw new Error(`the plan reads all of ${table}`);
    const own = table ? (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'] : 0;
    return own + (node.Plans ?? []).reduce((sum, child) => sum + rowsOf(child), 0);
  }

  function list(filter: InstanceFilter, after: InstancePosition = FIRST_POSITION, candidates = 51): Promise<number> {
    const search = searchOf(filter, 0);
    expect(search.isIndexed).toBe(candidates === 51);
    const values = [...search.parameters(after, candidates, 51), ...(search.tag ?? [])];
    return looksAt(search.tag ? listByTag : listByKind, values);
  }

  it('W2 records, reads and forgets progress by key, also beside a great many instances', async () => {
    const worker = randomUUID();
    expect(await store.heartbeat(worker, 600_000, [])).toBe(true);
    const runs = await scratch.rows(
      'update $schema.instance set owner = $1 where id in (select id from $schema.instance where closed_at is null limit 20) returning shard, run',
      [worker],
    );
    const calls = runs.map(({ shard, run }) => ({ key: { shard: Number(shard), run: String(run) }, call: 1 }));
    const told = calls.map((call) => ({ ...call, attempt: 1, details: 'half' }));
    expect(await store.progress.record(worker, told)).toEqual(told.map(() => true));
    const key = [...keyColumns(calls)];
    const [numbers, details] = [calls.map(() => 1), calls.map(() => '"more"')];
    const columns = [
      ...key,
      ...[numbers, numbers].map((all) => binaryArray('integer', all)),
      binaryArray('json', details),
    ];
    expect(await looksAt(recordProgress, [worker, ...columns])).toBeLessThan(200);
    expect(await looksAt(readProgress, key)).toBeLessThan(100);
    await scratch.rows('update $schema.instance set owner = null where owner = $1', [worker]);
  });

  it('S10 claims what is due off the index, however many starts wait for their time, and finds one of those by its key', async () => {
    const worker = randomUUID();
    expect(await store.heartbeat(worker, 600_000, [])).toBe(true);
    const delay = `update $schema.instance set status = 'delayed', begins_at = now() + interval '1 hour', wake_at = now() + interval '1 hour'
      where run in (select run from $schema.instance where closed_at is null and owner is null limit 500) returning shard, run, saga`;
    const delayed = await scratch.rows(delay);
    const [{ shard, run }] = delayed as [{ shard: number; run: string }];
    await scratch.rows(`update $schema.instance set wake_at = now() - interval '1 minute' where run = $1`, [run]);
    expect(await looksAt(claimDue, [worker, 10, binaryArray('text', ['saga.0 1', 'saga.1 1'])])).toBeLessThan(200);
    expect(await looksAt(postponeStart, [shard, run, 1, 1, '[]', 1_000, null])).toBeLessThan(10);
    const message = [shard, 'nobody', 'm-1', 'signal', 'say', '[]', 'hints'];
    expect(await looksAt(postMessage, message)).toBeLessThan(10);
    await scratch.rows(`update $schema.instance set status = 'running', begins_at = null where status = 'delayed'`);
  });

  it('reads a page of all instances off the index', async () => {
    // Twelve pairs of saga and status, a page of each, and the page itself.
    expect(await list({})).toBeLessThan(12 * 51 + 200);
  });

  it('reads a page of one saga and status off the index, also far down', async () => {
    const filter = { sagas: ['saga.1'], statuses: ['completed'] } as const;
    expect(await list(filter)).toBeLessThan(200);
    const middle = (Date.now() - (INSTANCES / 2) * 1000) * 1000;
    expect(await list(filter, { startedAt: middle, run: randomUUID() })).toBeLessThan(200);
    const span = { from: middle / 1000, to: middle / 1000 + 60_000 };
    expect(await list({ ...filter, started: span })).toBeLessThan(200);
  });

  it('reads a page of a tag off the index, be its value rare or everywhere', async () => {
    expect(await list({ tags: [{ name: 'customer', equals: 'c-77' }] })).toBeLessThan(50);
    expect(await list({ tags: [{ name: 'region', equals: 'eu' }] })).toBeLessThan(200);
  });

  it('looks at a bounded number of instances where no index serves a condition', async () => {
    expect(await list({ sagas: ['saga.1'], idPrefix: 'order-999999' }, FIRST_POSITION, 2_000)).toBeLessThan(
      3 * 2_000 * 3,
    );
  });

  it('walks to what no index serves page by page, and finds it', async () => {
    const found: string[] = [];
    let after: InstancePosition | undefined;
    let pages = 0;
    do {
      const page = await store.catalogue.list({ idPrefix: 'order-77' }, 500, after);
      found.push(...page.instances.map(({ id }) => id));
      after = page.next;
      pages++;
    } while (after);
    expect(pages).toBe(INSTANCES / 2_000 + 1);
    expect(found).toHaveLength(111);
  });

  it('leads with the rarer of two tags', async () => {
    const conditions = [
      { name: 'region', equals: 'eu' },
      { name: 'customer', equals: 'c-77' },
    ];
    const page = await store.catalogue.list({ tags: conditions }, 50);
    expect(page.instances).toHaveLength(5);
    expect(page.next).toBeUndefined();
  });

  it('counts to a bound, and says so', async () => {
    expect(await store.catalogue.count({})).toEqual({ count: 10_000, exact: false });
    expect(await store.catalogue.count({ statuses: ['failed'] })).toEqual({ count: 3_960, exact: true });
    expect(await store.catalogue.count({ statuses: ['failed'], sagas: ['saga.2'] })).toEqual({
      count: 2_000,
      exact: true,
    });
    expect(await store.catalogue.count({ tags: [{ name: 'customer', equals: 'c-77' }] })).toEqual({
      count: 10,
      exact: true,
    });
  });

  it('takes the census off the index of open instances', async () => {
    expect(await looksAt(census, [10_001])).toBeLessThan(100);
  });

  it('reads its figures off indexes, up to a bound', async () => {
    expect(await looksAt(storeFigures, [100])).toBeLessThan(1_000);
  });

  it('finds what retention lets go off the index, and its rows by their keys', async () => {
    const values = [['saga.2'], ['failed'], ['1000'], 500];
    expect(await looksAt(sweepInstances, values)).toBeLessThan(500 * 12);
  });

  it('waits for nobody: retention leaves what another transaction holds for the next time', async () => {
    const id = `held-${randomUUID()}`;
    const head = { status: 'completed' as const, retrying: false };
    const start = startOf({ id, saga: 'held' }, { head });
    const worker = randomUUID();
    await store.heartbeat(worker, 600_000, []);
    await store.append(worker, [start]);
    const policy = { saga: 'held', status: 'completed', keep: 0 } as const;
    const client = new pg.Client({ connectionString: scratch.url });
    await client.connect();
    await client.query('begin');
    await client.query(`update "${scratch.name}".instance set current = false where run = $1`, [start.key.run]);
    expect(await store.catalogue.sweep([policy], 100)).toBe(0);
    await client.query('rollback');
    await client.end();
    expect(await store.catalogue.sweep([policy], 100)).toBe(1);
    expect(await store.post(start.key.shard, id, messageOf('late'))).toBe('unknown');
  });

  it.each([true, false])('I1 lets a start that waited for the sweep have the id (reuse: %p)', async (reuse) => {
    const id = `freed-${randomUUID()}`;
    const first = startOf({ id }, { head: { status: 'completed', retrying: false } });
    const worker = randomUUID();
    await store.heartbeat(worker, 600_000, []);
    await store.append(worker, [first]);
    const client = new pg.Client({ connectionString: scratch.url });
    await client.connect();
    await client.query('begin');
    await client.query(`select from "${scratch.name}".instance where run = $1 for update`, [first.key.run]);
    await client.query(`delete from "${scratch.name}".instance where run = $1`, [first.key.run]);
    const again = startOf({ id, reuse });
    const starting = store.append(worker, [again]);
    const waiting = `select 1 from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`;
    while ((await scratch.rows(waiting, [scratch.name])).length === 0) {
      // Look again until it waits; the spec's own time limit ends it.
    }
    await client.query('commit');
    await client.end();
    expect(await starting).toEqual(['appended']);
    expect((await store.find(again.key.shard, id))!.key).toEqual(again.key);
  });
});

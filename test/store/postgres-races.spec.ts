import { randomUUID } from 'node:crypto';
import { postgres, type PostgresHistoryStore } from 'reprise/postgres';
import { messageOf, startOf, turnOf } from './history-store.contract.js';
import { ScratchSchema } from './scratch-schema.js';

const HOSTED = [{ saga: 'PlaceOrder', version: 1 }];

/** Races with the order given: another transaction holds a row, the store's statement waits for it, then the other commits. */
describe('PostgreSQL, when somebody was faster', () => {
  const scratch = new ScratchSchema();
  const worker = randomUUID();
  let store: PostgresHistoryStore;

  beforeAll(async () => {
    store = postgres({ url: scratch.namedUrl, schema: scratch.name, listen: false });
    await store.open();
    await store.heartbeat(worker, 600_000, HOSTED);
  });
  afterAll(async () => {
    await store.close();
    await scratch.drop();
  });

  it('M1 keeps an instance due whose turn waited for a message', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    const [read, late] = [messageOf('read'), messageOf('late')];
    await store.post(start.key.shard, start.start!.id, read);
    const turn = turnOf(start, 1, { consumed: [read.id], release: { wakeAfter: null } });
    const outcomes = await afterwards(postSql(start.key.run, late.id), () => store.append(worker, [turn]));
    expect(outcomes).toEqual(['appended']);
    expect(await state(start.key.run)).toEqual({ unread: 1, owner: null, due: true });
  });

  it('M1 keeps an instance due whose release waited for a message', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    await afterwards(postSql(start.key.run, randomUUID()), () =>
      store.release(worker, [{ key: start.key, wakeAfter: null }]),
    );
    expect(await state(start.key.run)).toEqual({ unread: 1, owner: null, due: true });
  });

  it('M1 leaves an owned instance marked whose turn waited for a message', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    const turn = turnOf(start, 1, { head: { status: 'running', retrying: true } });
    await afterwards(postSql(start.key.run, randomUUID()), () => store.append(worker, [turn]));
    expect(await state(start.key.run)).toEqual({ unread: 1, owner: worker, due: true });
    expect((await store.unread(worker)).map(({ key }) => key)).toContainEqual(start.key);
  });

  it('S7 puts a message on record that was accepted while the end waited', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    const turn = turnOf(start, 1, { head: { status: 'completed', retrying: false } });
    const outcomes = await afterwards(postSql(start.key.run, randomUUID()), () => store.append(worker, [turn]));
    expect(outcomes).toEqual(['appended']);
    const orphans = await scratch.rows('select reason from $schema.orphan where run = $1', [start.key.run]);
    expect(orphans).toEqual([{ reason: 'closed-instance' }]);
  });

  it.each([
    ['plain', {}],
    ['changing', { head: { status: 'completed' as const, retrying: false } }],
  ])('W2 refuses a %s turn that waited while its instance was taken away', async (_, more) => {
    const [kept, lost] = [startOf(), startOf()];
    await store.append(worker, [kept, lost]);
    const take = [`update $schema.instance set owner = null, wake_at = now() where run = '${lost.key.run}'`];
    const turns = [turnOf(kept, 1, more), turnOf(lost, 1, more)];
    expect(await afterwards(take, () => store.append(worker, turns))).toEqual(['appended', 'refused']);
    expect(await store.history(lost.key)).toEqual([lost.turn]);
  });

  it('says "closed" to a message that waited for the end', async () => {
    const start = startOf();
    await store.append(worker, [start]);
    const close = [
      `update $schema.instance set status = 'completed', owner = null, closed_at = now(), wake_at = 'infinity'
       where run = '${start.key.run}'`,
    ];
    const outcome = await afterwards(close, () => store.post(start.key.shard, start.start!.id, messageOf('late')));
    expect(outcome).toBe('closed');
  });

  it('answers "repeated" to a start and to turns whose first try is still on its way', async () => {
    const start = startOf();
    const { key } = start;
    const insert = [
      `insert into $schema.instance (shard, run, id, saga, version, status, retrying, tags, owner, wake_at)
       values (${key.shard}, '${key.run}', '${start.start!.id}', 'PlaceOrder', 1, 'running', false, '{}', '${worker}', 'infinity')`,
      `insert into $schema.history values (${key.shard}, '${key.run}', 0, 0, '[]')`,
    ];
    const neighbour = startOf();
    expect(await afterwards(insert, () => store.append(worker, [start, neighbour]))).toEqual(['repeated', 'appended']);
    for (const more of [{}, { head: { status: 'running' as const, retrying: true } }]) {
      const seq = 'head' in more ? 2 : 1;
      const first = [`insert into $schema.history values (${key.shard}, '${key.run}', ${seq}, 0, '[]')`];
      const outcomes = await afterwards(first, () =>
        store.append(worker, [turnOf(neighbour, seq, more), turnOf(start, seq, more)]),
      );
      expect(outcomes).toEqual(['appended', 'repeated']);
    }
  });

  it('I1 answers "duplicate" to a reuse of an id that waited for another reuse', async () => {
    const first = startOf({}, { head: { status: 'failed', retrying: false } });
    await store.append(worker, [first]);
    const id = first.start!.id;
    const rival = [
      `update $schema.instance set current = false where run = '${first.key.run}'`,
      `insert into $schema.instance (shard, run, id, saga, version, status, retrying, tags, wake_at)
       values (${first.key.shard}, '${randomUUID()}', '${id}', 'PlaceOrder', 1, 'running', false, '{}', 'infinity')`,
    ];
    expect(await afterwards(rival, () => store.append(worker, [startOf({ id, reuse: true })]))).toEqual(['duplicate']);
    expect(await scratch.rows('select 1 from $schema.instance where id = $1 and current', [id])).toHaveLength(1);
  });

  it('W1 gives back what a claim takes that is still running when its answer is given up', async () => {
    const start = startOf({ owned: false });
    await store.append(undefined, [start]);
    const claim = [
      `select id from $schema.worker where id = '${worker}' for share`,
      `update $schema.instance set owner = '${worker}', wake_at = 'infinity' where run = '${start.key.run}'`,
    ];
    await afterwards(claim, () => store.releaseOthers(worker, []));
    expect(await state(start.key.run)).toEqual({ unread: 0, owner: null, due: true });
  });

  it('W2 refuses what an attempt says that waited while its worker was taken for dead', async () => {
    const dying = randomUUID();
    await store.heartbeat(dying, 600_000, HOSTED);
    const start = startOf();
    await store.append(dying, [start]);
    const expire = [
      `update $schema.worker set freed_at = now() where id = '${dying}'`,
      `update $schema.instance set owner = '${worker}' where run = '${start.key.run}'`,
      `insert into $schema.step_progress values (${start.key.shard}, '${start.key.run}', 1, 1, '"of the next worker"')`,
    ];
    const told = { key: start.key, call: 1, attempt: 1, details: 'from the dead' };
    expect(await afterwards(expire, () => store.progress.record(dying, [told]))).toEqual([false]);
    expect(await store.progress.read([start.key])).toMatchObject([{ details: 'of the next worker' }]);
  });

  it('W2 takes no worker for dead while what it says is on its way', async () => {
    const slow = randomUUID();
    const hosted = [{ saga: 'Slow', version: 1 }];
    await store.heartbeat(slow, 600_000, hosted);
    const start = startOf({ saga: 'Slow' });
    await store.append(slow, [start]);
    await scratch.rows(`update $schema.worker set lease_until = now() - interval '1 second' where id = $1`, [slow]);
    const client = await scratch.admin.connect();
    await client.query('begin');
    await client.query(`select id from "${scratch.name}".worker where id = '${slow}' for share`);
    expect(await store.claim(worker, 10, hosted)).toEqual([]);
    await client.query('commit');
    client.release();
    expect((await store.claim(worker, 10, hosted)).map(({ summary }) => summary.key)).toEqual([start.key]);
  });

  it('S10 refuses to take the place of a start that a worker took while it waited', async () => {
    const start = startOf(
      { owned: false },
      { head: { status: 'delayed', retrying: false }, release: { wakeAfter: 0 } },
    );
    await store.append(undefined, [start]);
    const claim = [
      `update $schema.instance set owner = '${worker}', wake_at = 'infinity' where run = '${start.key.run}'`,
    ];
    const { turn } = startOf();
    expect(await afterwards(claim, () => store.postpone(start.key, { version: 1, turn, after: 1_000 }))).toBe(
      'refused',
    );
    expect(await store.history(start.key)).toEqual([start.turn]);
  });

  /** Runs `statements` in a transaction, then `work` until it waits for that transaction, then commits. */
  async function afterwards<T>(statements: string[], work: () => Promise<T>): Promise<T> {
    const client = await scratch.admin.connect();
    await client.query('begin');
    for (const sql of statements) await client.query(sql.replaceAll('$schema', `"${scratch.name}"`));
    const result = work();
    result.catch(() => {});
    const waiting = `select 1 from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'`;
    while ((await scratch.rows(waiting, [scratch.name])).length === 0) {
      // Look again until it waits; the spec's own time limit ends it.
    }
    await client.query('commit');
    client.release();
    return result;
  }

  function postSql(run: string, message: string): string[] {
    return [
      `update $schema.instance set posted = posted + 1, unread = unread + 1, wake_at = least(wake_at, now()) where run = '${run}'`,
      `insert into $schema.message (shard, run, number, id, kind, name, input)
       select shard, run, posted, '${message}', 'signal', 'late', '[]' from $schema.instance where run = '${run}'`,
    ];
  }

  async function state(run: string): Promise<unknown> {
    const sql = 'select unread, owner, wake_at <= now() as due from $schema.instance where run = $1';
    return (await scratch.rows(sql, [run]))[0];
  }
});

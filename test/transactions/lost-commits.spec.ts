import { sagaDefinition } from 'reprise/decorators';
import { Books, until, type SagaProcess } from './process.js';
import { SeveredWire } from './severed-wire.js';
import { Edges, TransferSaga } from './transfer.saga.js';

const definition = sagaDefinition(TransferSaga);

describe('S9 a commit whose answer does not come', () => {
  const books = new Books();
  let wire: SeveredWire;
  let edges: Edges;
  let running: SagaProcess;
  let bodies: number;

  beforeAll(async () => {
    await books.open();
    // The commit of a booking on the account "slow" waits for the lock that a test holds.
    await books.scratch.rows(`create function $schema.wait_for_test() returns trigger language plpgsql as $$
      begin
        if new.account like 'slow%' then perform pg_advisory_xact_lock_shared(hashtext(new.account)); end if;
        return null;
      end $$`);
    await books.scratch.rows(
      `create constraint trigger slow after insert on $schema.booking deferrable initially deferred
        for each row execute function $schema.wait_for_test()`,
    );
    wire = await SeveredWire.to(books.scratch.url);
    edges = new Edges();
    running = await books.start([[TransferSaga, new TransferSaga(edges)]], wire.url);
  });
  beforeEach(() => {
    bodies = 0;
    edges.before = () => void bodies++;
    wire.cuts = 0;
  });
  afterAll(async () => {
    await books.drop();
    wire.close();
  });

  const waitsFor = (kind: string, query: string): Promise<boolean> =>
    books.scratch
      .rows('select 1 from pg_stat_activity where wait_event = $1 and query ilike $2 and application_name = $3', [
        kind,
        `%${query}%`,
        running.name,
      ])
      .then((rows) => rows.length > 0);

  async function transfer(account: string): Promise<unknown> {
    await running.engine.start(definition, { account, amount: 5 }, { id: account });
    return running.engine.result(account, { definition, timeout: '20s' });
  }

  it('S9 books once when the commit went through and its answer was lost: the body is not run again', async () => {
    edges.after = () => void (wire.fate = 'answer lost');
    await expect(transfer('answer lost')).resolves.toMatch(/^booking/);
    expect(wire.cuts).toBe(1);
    expect(bodies).toBe(1);
    expect(await books.amounts('answer lost')).toEqual([5]);
  });

  it('S9 books once when the commit was lost on its way: the body is run again', async () => {
    edges.after = ({ attempt }) => void (attempt === 1 && (wire.fate = 'request lost'));
    await expect(transfer('request lost')).resolves.toMatch(/^booking/);
    expect(wire.cuts).toBe(1);
    expect(bodies).toBe(2);
    expect(await books.amounts('request lost')).toEqual([5]);
  });

  it('S9 books once when the next attempt is there before the lost commit has gone through', async () => {
    const client = await books.scratch.admin.connect();
    await client.query(`select pg_advisory_lock(hashtext('slow'))`);
    edges.after = ({ attempt }) => void (attempt === 1 && (wire.fate = 'cut while it commits'));
    const result = transfer('slow');
    await until(() => waitsFor('transactionid', 'step_outcome'));
    expect(await books.amounts('slow')).toEqual([]);
    await client.query(`select pg_advisory_unlock(hashtext('slow'))`);
    client.release();
    await expect(result).resolves.toMatch(/^booking/);
    expect(wire.cuts).toBe(1);
    expect(bodies).toBe(2);
    expect(await books.amounts('slow')).toEqual([5]);
  });

  it('S9 books once when the server ends the session in the middle of the commit', async () => {
    const client = await books.scratch.admin.connect();
    await client.query(`select pg_advisory_lock(hashtext('slow too'))`);
    const result = transfer('slow too');
    await until(() => waitsFor('advisory', 'COMMIT'));
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where wait_event = 'advisory' and query = 'COMMIT' and application_name = $1`,
      [running.name],
    );
    await client.query(`select pg_advisory_unlock(hashtext('slow too'))`);
    client.release();
    await expect(result).resolves.toMatch(/^booking/);
    expect(bodies).toBe(2);
    expect(await books.amounts('slow too')).toEqual([5]);
  });

  it('S9 books once when connections are cut again and again', async () => {
    const results = Array.from({ length: 20 }, (_, i) => transfer(`stormy ${i}`));
    let settled = false;
    const all = Promise.all(results).finally(() => (settled = true));
    for (let cuts = 0; !settled && cuts < 20; cuts++) {
      edges.after = () => void (wire.fate = (['answer lost', 'request lost', 'nothing'] as const)[cuts % 3]!);
      if (cuts % 4 === 0) await running.cut();
      await new Promise((resolve) => setImmediate(resolve));
    }
    edges.after = () => undefined;
    await expect(all).resolves.toHaveLength(20);
    for (let i = 0; i < 20; i++) expect(await books.amounts(`stormy ${i}`)).toEqual([5]);
  });
});

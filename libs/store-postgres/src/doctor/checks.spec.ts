import type { Row } from '../connection.js';
import { UrlConnection } from '../url-connection.js';
import type { Check, Examination } from './check.js';
import { backlog } from './checks/backlog.js';
import { clock } from './checks/clock.js';
import { connections } from './checks/connections.js';
import { durability } from './checks/durability.js';
import { preparedTransactions } from './checks/prepared-transactions.js';
import { replicationSlots } from './checks/replication-slots.js';
import { server } from './checks/server.js';
import { timeouts } from './checks/timeouts.js';
import { transactions } from './checks/transactions.js';
import { vacuum } from './checks/vacuum.js';
import { versions } from './checks/versions.js';
import { workers } from './checks/workers.js';

/** What a check says about a server that answers its statements with these rows, one after the other. */
async function said(check: Check, ...answers: readonly (readonly Row[])[]): Promise<string[]> {
  const left = [...answers];
  const examination: Examination = {
    schemaName: 'reprise',
    schema: '"reprise"',
    pool: 10,
    processId: 1,
    connection: new UrlConnection('reprise', '"reprise"', { url: 'postgres://nowhere' }),
    ask: async () => left.shift() ?? [],
  };
  return (await check.look(examination)).map(({ level, what, advice }) => {
    expect(advice === undefined).toBe(level === 'ok');
    return `${level}: ${what}`;
  });
}

const begins = (...texts: string[]): unknown => texts.map((text) => expect.stringMatching(`^${text}`));

describe('the checks of the doctor', () => {
  it('find a server that is too old, a standby, or read-only', async () => {
    const row = { number: '150020', version: '15.20 (Debian)', standby: 'f', read_only: 'off' };
    expect(await said(server, [row])).toEqual(['ok: PostgreSQL 15.20 takes writes.']);
    expect(await said(server, [{ ...row, number: '120001' }])).toEqual(begins('problem'));
    expect(await said(server, [{ ...row, standby: 't' }])).toEqual(begins('problem'));
    expect(await said(server, [{ ...row, read_only: 'on' }])).toEqual(begins('problem'));
  });

  it('W3 find commits that are not on disk', async () => {
    expect(await said(durability, [{ fsync: 'on', pages: 'on', waits: 'local' }])).toEqual(begins('ok'));
    expect(await said(durability, [{ fsync: 'off', pages: 'off', waits: 'off' }])).toEqual(
      begins('problem: fsync', 'problem: full_page_writes', 'problem: synchronous_commit'),
    );
  });

  it('find timeouts that are too short, and those that are missing', async () => {
    const rows = (settings: Record<string, string>): Row[] =>
      Object.entries(settings).map(([name, setting]) => ({ name, setting }));
    expect(await said(timeouts, rows({ idle_in_transaction_session_timeout: '60000' }))).toEqual(begins('ok'));
    const bad = { idle_in_transaction_session_timeout: '0', lock_timeout: '100', idle_session_timeout: '1000' };
    expect(await said(timeouts, rows(bad))).toEqual(
      begins('warning: lock_timeout', 'warning: idle_in_transaction', 'warning: idle_session_timeout'),
    );
  });

  it('count the pools of all workers', async () => {
    expect(await said(connections, [{ allowed: '97', used: '12', workers: '2' }])).toEqual([
      'ok: 2 workers with a pool of 10 and a listening connection may need 22 of the 97 connections that this role can have; 12 are taken.',
    ]);
    expect(await said(connections, [{ allowed: '97', used: '12', workers: '9' }])).toEqual(begins('problem'));
    expect(await said(connections, [{ allowed: '97', used: '96', workers: '1' }])).toEqual(begins('warning'));
  });

  it('find dead rows and tables that nobody vacuums', async () => {
    const row = { name: 'instance', live: '50', dead: '20', ago: null, off: 'f', autovacuum: 'on', counts: 'on' };
    expect(await said(vacuum, [row])).toEqual(begins('ok: autovacuum is on, and the tables have 20 dead rows'));
    expect(await said(vacuum, [{ ...row, dead: '20000', ago: '7200' }])).toEqual([
      'warning: The table instance has 20000 dead rows beside 50 living ones, last vacuumed 2 h ago.',
    ]);
    expect(await said(vacuum, [{ ...row, autovacuum: 'off', off: 't' }])).toEqual(begins('problem', 'problem'));
  });

  it('find who keeps dead rows from being removed', async () => {
    const open = { pid: '7', usename: 'ann', application_name: 'psql', state: 'idle in transaction', age: '400' };
    expect(await said(transactions, [open, { ...open, age: '4000' }])).toEqual(begins('warning', 'problem'));
    expect(await said(transactions, [], [{ all: 'f' }])).toEqual(begins('ok.*may not see'));
    expect(await said(preparedTransactions, [{ gid: 'a', owner: 'ann', age: '90000' }])).toEqual([
      'problem: The transaction "a" of ann was prepared 1 d ago and never ended; it holds its locks and keeps vacuum from removing dead rows.',
    ]);
    const slot = { slot_name: 'cdc', active: 't', age: '5', kept: '16 MB' };
    expect(await said(replicationSlots, [slot])).toEqual(begins('ok'));
    expect(await said(replicationSlots, [{ ...slot, active: 'f' }])).toEqual(begins('warning'));
    expect(await said(replicationSlots, [{ ...slot, active: 'f', age: '2000000' }])).toEqual(begins('problem'));
  });

  it('W1 find work that nobody does', async () => {
    const row = { alive: '0', nearest: null, left_over: '0', open: 'f' };
    expect(await said(workers, [row])).toEqual(begins('ok: No worker is alive, and none is needed'));
    expect(await said(workers, [{ ...row, open: 't', left_over: '2' }])).toEqual(begins('problem', 'warning'));
    expect(await said(workers, [{ ...row, alive: '1', nearest: '7.2' }])).toEqual([
      'ok: 1 worker is alive; the nearest lease ends in 7 s.',
    ]);
    expect(await said(versions, [{ saga: 'pay', version: '1', open: '10001', hosted: 'f' }])).toEqual([
      'problem: No living worker has pay 1, for which 10000+ open instances wait.',
    ]);
    const due = { id: 'a-1', saga: 'pay', version: '1', at: '0' };
    expect(await said(backlog, [due], [{ now: '60000' }])).toEqual(begins('warning: "a-1" .* is due for 1 min'));
    expect(await said(backlog, [due], [{ now: '4000000' }])).toEqual(begins('problem'));
  });

  it('find clocks that disagree, whatever time the question took', async () => {
    const at = (off: number): Promise<string[]> => said(clock, [{ now: String(Date.now() + off) }]);
    expect(await at(0)).toEqual(begins('ok'));
    expect(await at(-5_000)).toEqual(begins('warning: The clock of the database is \\d+ ms behind'));
    expect(await at(60_000)).toEqual(begins('problem: The clock of the database is \\d+ ms ahead'));
  });
});

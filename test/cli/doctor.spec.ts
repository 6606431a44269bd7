import { randomUUID } from 'node:crypto';
import type { Finding } from 'reprise/postgres';
import { ScratchSchema } from '../store/scratch-schema.js';
import { reprise } from './run-cli.js';
import { Seeded } from './seeded.js';

async function findingsOf(...args: string[]): Promise<{ code: number; of: (check: string) => Finding[] }> {
  const { code, out, err } = await reprise(['doctor', '--json', ...args]);
  expect(err).toBe('');
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return { code, of: (check) => findings.filter((finding) => finding.check === check) };
}

describe('reprise doctor', () => {
  const seeded = new Seeded();
  beforeAll(() => seeded.open());
  afterAll(() => seeded.close());

  it('W1 looks at a database with a worker, and finds the incident', async () => {
    const { of } = await findingsOf(...seeded.database);
    for (const check of ['server', 'pooler', 'clock', 'migrations', 'workers', 'versions', 'backlog'])
      expect(of(check)).toMatchObject([{ level: 'ok' }]);
    // What these find is the affair of whoever set up the server of the specs; that they could look is not.
    for (const check of [
      'durability',
      'timeouts',
      'vacuum',
      'transactions',
      'prepared-transactions',
      'replication-slots',
    ])
      expect(of(check)).not.toEqual([
        expect.objectContaining({ what: expect.stringContaining('could not be looked at') }),
      ]);
    expect(of('incidents')).toMatchObject([{ level: 'warning', what: '1 instance is parked in an incident.' }]);
    expect(of('rights')).toMatchObject([{ level: 'warning', what: expect.stringContaining('is a superuser') }]);
    expect(of('pooler')[0]!.what).toBe('The connection is direct, and hints come back.');
  });

  it('tells people the same, and how many there are', async () => {
    const { out } = await reprise(['doctor', ...seeded.database]);
    expect(out).toMatch(/^ok {7}server +PostgreSQL \d+/m);
    expect(out).toMatch(/^warning {2}incidents +1 instance is parked[^]*\n +See `npx reprise incidents`/m);
    expect(out).toMatch(/\d+ ok, \d+ warnings?, \d+ problems?\n$/);
  });

  it('finds what the pools of the workers need, and a role that lacks rights', async () => {
    const { code, of } = await findingsOf(...seeded.database, '--pool', '5000');
    expect(code).toBe(1);
    expect(of('connections')).toMatchObject([{ level: 'problem' }]);
    expect(await reprise(['doctor', ...seeded.database, '--pool', 'many'])).toMatchObject({ code: 2 });
    const role = `doctor_${process.pid}`;
    const password = randomUUID();
    await seeded.scratch.rows(`create role ${role} login password '${password}'`);
    try {
      await seeded.scratch.rows(`grant usage on schema $schema to ${role}`);
      await seeded.scratch.rows(`grant select on all tables in schema $schema to ${role}`);
      const url = new URL(seeded.scratch.url);
      Object.assign(url, { username: role, password });
      const poor = await findingsOf('--database-url', url.href, '--schema', seeded.scratch.name);
      expect(poor.code).toBe(1);
      expect(poor.of('rights')).toContainEqual({
        check: 'rights',
        level: 'problem',
        what: `The role ${role} lacks delete, insert, update on the table instance.`,
        advice: `Run \`grant delete, insert, update on "${seeded.scratch.name}".instance to ${role}\`.`,
      });
      expect(poor.of('rights').every(({ what }) => !what.includes('table migration'))).toBe(true);
    } finally {
      await seeded.scratch.rows(`drop owned by ${role}`);
      await seeded.scratch.rows(`drop role ${role}`);
    }
  });

  it('finds a schema that is not there, and one that is newer', async () => {
    const empty = new ScratchSchema();
    const { code, of } = await findingsOf('--database-url', empty.url, '--schema', empty.name);
    expect(code).toBe(1);
    expect(of('migrations')).toMatchObject([{ level: 'problem', advice: 'Run `npx reprise migrate`.' }]);
    expect(of('workers')).toEqual([]);
    await empty.drop();
    await seeded.scratch.rows(`insert into $schema.migration (number, name, checksum) values (9999, 'later', '')`);
    const newer = await findingsOf(...seeded.database);
    await seeded.scratch.rows(`delete from $schema.migration where number = 9999`);
    expect(newer.of('migrations')).toMatchObject([{ level: 'problem', what: expect.stringContaining('9999 (later)') }]);
    expect((await reprise(['doctor', '--database-url', 'postgres://127.0.0.1:1/none'])).code).toBe(3);
  });
});

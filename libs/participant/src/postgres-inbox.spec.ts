import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { inboxMigrations } from './index.js';
import { PostgresInbox } from './postgres-inbox.js';

const schema = `inbox_${randomUUID().replaceAll('-', '')}`;

describe('the inbox', () => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await new DataSource({ type: 'postgres', url: process.env['DATABASE_URL']! }).initialize();
  });
  afterAll(async () => {
    await dataSource.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await dataSource.destroy();
  });

  it('refuses other databases, odd schema names and closed data sources, in words', async () => {
    const maria = { options: { type: 'mariadb' } } as DataSource;
    expect(() => new PostgresInbox({ dataSource: maria })).toThrow('not work on "mariadb" yet; it needs PostgreSQL');
    expect(() => new PostgresInbox({ dataSource: {} as DataSource })).toThrow('is not a TypeORM data source');
    expect(() => new PostgresInbox({ dataSource, schema: 'a"b' })).toThrow('cannot name');
    const closed = new PostgresInbox({ dataSource: new DataSource({ type: 'postgres' }) });
    await expect(closed.open()).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
  });

  it('is set up by several processes at once, each migration applied once', async () => {
    const inboxes = Array.from({ length: 5 }, () => new PostgresInbox({ dataSource, schema }));
    await Promise.all(inboxes.map((inbox) => inbox.open()));
    await Promise.all(inboxes.map((inbox) => inbox.close()));
    const applied: unknown[] = await dataSource.query(`SELECT number, name FROM ${schema}.migration ORDER BY number`);
    expect(applied).toEqual(inboxMigrations.map(({ number, name }) => ({ number, name })));
    expect(inboxMigrations.map(({ number }) => number)).toEqual(inboxMigrations.map((_, i) => i + 1));
  });

  it('refuses a schema that a newer release has changed', async () => {
    await dataSource.query(`INSERT INTO ${schema}.migration (number, name) VALUES (99, 'from the future')`);
    await expect(new PostgresInbox({ dataSource, schema }).open()).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
  });
});

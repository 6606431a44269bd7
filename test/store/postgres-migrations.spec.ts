import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { postgres, repriseMigrations } from 'reprise/postgres';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../libs/store-postgres/src/migrations/index.js';
import { RUN_TABLES } from '../../libs/store-postgres/src/run-tables.js';
import { migrateSchema } from '../../libs/store-postgres/src/migrator.js';
import { messageOf, startOf, turnOf } from './history-store.contract.js';
import { ScratchSchema } from './scratch-schema.js';

describe('the schema', () => {
  let scratch: ScratchSchema;
  beforeEach(() => void (scratch = new ScratchSchema()));
  afterEach(() => scratch.drop());

  async function openAndClose(more: { migrate?: boolean; url?: string } = {}): Promise<void> {
    const store = postgres({ url: scratch.url, schema: scratch.name, listen: false, pool: 1, ...more });
    try {
      await store.open();
    } finally {
      await store.close();
    }
  }

  it('is made once by eight that open at the same time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => openAndClose()));
    const applied = await scratch.rows('select number, name from $schema.migration');
    expect(applied).toEqual(MIGRATIONS.map(({ number, name }) => ({ number, name })));
  });

  it('is refused in words when it is newer than the code', async () => {
    await openAndClose();
    await scratch.rows(`insert into $schema.migration (number, name, checksum) values (99, 'time-travel', 'x')`);
    await expect(openAndClose()).rejects.toMatchObject({
      code: 'SCHEMA_TOO_NEW',
      message: expect.stringContaining('99 (time-travel)'),
    });
  });

  it('is refused when a migration was altered after it was applied', async () => {
    await openAndClose();
    await scratch.rows(`update $schema.migration set checksum = 'x' where number = 1`);
    await expect(openAndClose()).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining('never edited'),
    });
  });

  it('is only compared with migrate: false', async () => {
    await expect(openAndClose({ migrate: false })).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      message: expect.stringContaining('lacks migration 1'),
    });
    expect(await scratch.rows('select 1 from pg_namespace where nspname = $1', [scratch.name])).toEqual([]);
    await openAndClose();
    await openAndClose({ migrate: false });
  });

  it('leaves nothing behind when a migration fails', async () => {
    const numbers = MIGRATIONS.map(({ number }) => ({ number }));
    const broken = [
      ...MIGRATIONS,
      { number: numbers.length + 1, name: 'broken', sql: (schema: string) => `create table ${schema}.x (` },
    ];
    await expect(migrate(broken)).rejects.toMatchObject({ code: '42601' });
    expect(await scratch.rows('select number from $schema.migration order by number')).toEqual(numbers);
    await openAndClose();
  });

  it('is the same whether it was installed fresh, step by step, or by TypeORM', async () => {
    await openAndClose();
    const fresh = await shape();
    expect(fresh.length).toBeGreaterThan(50);
    await scratch.rows('drop schema $schema cascade');
    for (let count = 1; count <= MIGRATIONS.length; count++) await migrate(MIGRATIONS.slice(0, count));
    expect(await shape()).toEqual(fresh);
    await scratch.rows('drop schema $schema cascade');
    const dataSource = new DataSource({
      type: 'postgres',
      url: scratch.url,
      migrations: repriseMigrations({ schema: scratch.name }),
      migrationsTableName: `migrations_${scratch.name}`,
    });
    await dataSource.initialize();
    expect(await dataSource.runMigrations()).toHaveLength(MIGRATIONS.length);
    expect(await shape()).toEqual(fresh);
    await expect(dataSource.undoLastMigration()).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
    await dataSource.query(`drop table "migrations_${scratch.name}"`);
    await dataSource.destroy();
    await openAndClose({ migrate: false });
  });

  it('finds by tags that were there before tags were indexed', async () => {
    await migrate(MIGRATIONS.slice(0, 1));
    const insert = `insert into $schema.instance (shard, run, id, saga, version, status, retrying, tags, wake_at)
      values (1, $1, $2, 'PlaceOrder', 1, 'running', false, $3, 'infinity')`;
    await scratch.rows(insert, [randomUUID(), 'found', JSON.stringify({ customer: 'anna "a"', region: 'eu' })]);
    await scratch.rows(insert, [randomUUID(), 'lost', JSON.stringify({ 'nul \u0000': 'half \ud800' })]);
    const store = postgres({ url: scratch.url, schema: scratch.name, listen: false, pool: 1 });
    await store.open();
    const { instances } = await store.catalogue.list({ tags: [{ name: 'customer', equals: 'anna "a"' }] }, 10);
    expect(instances.map(({ id }) => id)).toEqual(['found']);
    await store.close();
  });

  it('keeps nothing of a run in a table that retention does not know', async () => {
    await openAndClose();
    const keyed = await scratch.rows(
      `select table_name as name from information_schema.columns join information_schema.tables using (table_schema, table_name)
       where table_schema = $1 and column_name in ('shard', 'run') and table_type = 'BASE TABLE' and table_name <> 'instance'
       group by table_name having count(*) = 2 order by table_name`,
      [scratch.name],
    );
    expect(keyed.map(({ name }) => name)).toEqual([...RUN_TABLES].sort());
  });

  it('serves a role that may not create anything', async () => {
    await openAndClose();
    const role = `${scratch.name}_role`;
    await scratch.rows(`create role "${role}" login password 'role'`);
    await scratch.rows(`grant usage on schema $schema to "${role}"`);
    await scratch.rows(`grant select, insert, update, delete on all tables in schema $schema to "${role}"`);
    const url = new URL(scratch.url);
    url.username = role;
    url.password = 'role';
    try {
      const store = postgres({ url: url.href, schema: scratch.name });
      await store.open();
      const worker = randomUUID();
      const start = startOf();
      await store.heartbeat(worker, 1_000, []);
      expect(await store.append(worker, [start])).toEqual(['appended']);
      expect(await store.post(start.key.shard, start.start!.id, messageOf('hello'))).toBe('accepted');
      expect(await store.post(1, 'nobody', messageOf('hello'))).toBe('unknown');
      expect(await store.append(worker, [turnOf(start, 1, { release: { wakeAfter: 0 } })])).toEqual(['appended']);
      expect(await store.claim(worker, 1, [{ saga: 'PlaceOrder', version: 1 }])).toHaveLength(1);
      await store.leave(worker);
      await store.close();
    } finally {
      await scratch.rows(`drop owned by "${role}"`);
      await scratch.rows(`drop role "${role}"`);
    }
  });

  async function migrate(migrations: typeof MIGRATIONS): Promise<void> {
    const client = new pg.Client({ connectionString: scratch.url });
    await client.connect();
    try {
      await migrateSchema(
        async (sql, values) => (await client.query(sql, values as unknown[])).rows as Record<string, unknown>[],
        scratch.name,
        `"${scratch.name}"`,
        true,
        migrations,
      );
    } finally {
      await client.end();
    }
  }

  /** Every column, constraint, index, view and storage option, in words that do not depend on how they came to be. */
  async function shape(): Promise<string[]> {
    const rows = await scratch.rows(
      `select c.relname || ' ' || c.relkind::text || ' ' || coalesce(c.reloptions::text, '') as line
       from pg_class c where c.relnamespace = $1::text::regnamespace
       union all
       select c.relname || '.' || a.attnum || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
         || a.attnotnull::text || ' ' || a.attidentity::text || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
       from pg_attribute a join pg_class c on c.oid = a.attrelid
       left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where c.relnamespace = $1::text::regnamespace and a.attnum > 0
       union all
       select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = $1::text::regnamespace
       union all
       select indexdef from pg_indexes where schemaname = $1::text
       union all
       select viewname || ' ' || definition from pg_views where schemaname = $1::text
       order by line`,
      [scratch.name],
    );
    return rows.map(({ line }) => String(line));
  }
});

import pg from 'pg';

/** A numbered change of a service's tables, as SQL. Never edited once released. */
export interface Migration {
  readonly number: number;
  readonly sql: string;
}

/** Any number that no other program locks. Replicas that start together wait here for each other. */
const LOCK = 726_011;

/** Brings the tables of one service up to date, in a PostgreSQL schema of its own. */
export async function migrate(url: string, schema: string, migrations: readonly Migration[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK, schema]);
    await client.query(`create schema if not exists ${schema}`);
    await client.query(`create table if not exists ${schema}.migration (number int primary key)`);
    const { rows } = await client.query<{ number: number }>(`select number from ${schema}.migration`);
    const done = new Set(rows.map((row) => row.number));
    for (const migration of migrations) {
      if (done.has(migration.number)) continue;
      await client.query(migration.sql);
      await client.query(`insert into ${schema}.migration values ($1)`, [migration.number]);
    }
    await client.query('commit');
  } finally {
    await client.end();
  }
}

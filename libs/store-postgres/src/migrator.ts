import { SagaError } from 'reprise/core';
import { MIGRATIONS } from './migrations/index.js';
import { checksumOf, type Migration } from './migrations/migration.js';

/** Runs SQL and answers the rows; a connection of `pg` or a query runner of TypeORM. */
export type Execute = (
  sql: string,
  values?: readonly unknown[],
) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Two processes that migrate different schemas do not wait for each other; half of the key says that the lock is ours. */
const LOCK = 0x52_65_70_72;

/**
 * Compares the schema with this code and brings it up to date. When nothing is missing it takes no lock and needs no right to create.
 * @param schema in quotes
 * @throws SagaError `SCHEMA_TOO_NEW`; `INVALID_CONFIGURATION` for a migration that was altered, or missing where it may not be applied
 */
export async function migrateSchema(
  execute: Execute,
  schemaName: string,
  schema: string,
  migrate: boolean,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  const missing = await missingMigrations(execute, schemaName, schema, migrations);
  if (missing.length === 0) return;
  if (!migrate) {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      `The schema ${schema} lacks migration ${missing[0]!.number} (${missing[0]!.name}), and migrate is false.`,
      'Run `npx reprise migrate` or open the store once with migrate: true, as a role that may create tables, or run repriseMigrations() with TypeORM.',
    );
  }
  for (const migration of missing) {
    await execute('begin');
    try {
      await execute('set local statement_timeout = 0');
      await applyMigration(execute, schemaName, schema, migration, migrations);
      await execute('commit');
    } catch (error) {
      await execute('rollback').catch(() => {});
      throw error;
    }
  }
}

/** Those that the schema does not have yet, in order. Changes nothing. @throws as `migrateSchema` */
export async function missingMigrations(
  execute: Execute,
  schemaName: string,
  schema: string,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly Migration[]> {
  const applied = await appliedNumber(execute, schemaName, schema, migrations);
  return migrations.filter((migration) => migration.number > applied);
}

/** Applies one migration within the transaction that is open, unless another process was first. */
export async function applyMigration(
  execute: Execute,
  schemaName: string,
  schema: string,
  migration: Migration,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  // Held until the end of the transaction: of many processes that start at once, one applies and the rest find it done.
  await execute('select pg_advisory_xact_lock($1::integer, hashtext($2::text))', [LOCK, schemaName]);
  if ((await appliedNumber(execute, schemaName, schema, migrations)) >= migration.number) return;
  // `create schema if not exists` wants the right to create even where the schema exists.
  const [there] = await execute('select 1 as found from pg_namespace where nspname = $1::text', [schemaName]);
  if (!there) await execute(`create schema ${schema}`);
  await execute(`create table if not exists ${schema}.migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`);
  await execute(migration.sql(schema));
  await execute(`insert into ${schema}.migration (number, name, checksum) values ($1, $2, $3)`, [
    migration.number,
    migration.name,
    checksumOf(migration),
  ]);
}

/** The highest number applied, 0 for none, after a look at whether these are the migrations that this code knows. */
async function appliedNumber(
  execute: Execute,
  schemaName: string,
  schema: string,
  migrations: readonly Migration[],
): Promise<number> {
  const [table] = await execute(
    'select 1 as found from pg_tables where schemaname = $1::text and tablename = $2::text',
    [schemaName, 'migration'],
  );
  if (!table) return 0;
  const rows = await execute(`select number, name, checksum from ${schema}.migration order by number`);
  const newest = migrations.at(-1)?.number ?? 0;
  for (const row of rows) {
    const number = Number(row['number']);
    const known = migrations.find((migration) => migration.number === number);
    if (number > newest) {
      throw new SagaError(
        'SCHEMA_TOO_NEW',
        `The schema ${schema} has migration ${number} (${String(row['name'])}), but this version of reprise knows only ${newest}.`,
        'Deploy the newer version of reprise here as well; an older one must not write to this schema.',
      );
    }
    if (!known || checksumOf(known) !== row['checksum']) {
      throw new SagaError(
        'INVALID_CONFIGURATION',
        `Migration ${number} (${String(row['name'])}) of the schema ${schema} is not the one that this version of reprise has.`,
        'A released migration is never edited: restore its file, or point reprise to another schema.',
      );
    }
  }
  return Number(rows.at(-1)?.['number'] ?? 0);
}

import { SagaError } from 'reprise/core';
import type { DataSource, QueryRunner } from 'typeorm';
import { inboxMigrations } from './inbox-migrations.js';

/** Any number, the same in every release: who migrates an inbox waits for whoever else does. */
const MIGRATION_LOCK = 7_301_126_943;

/**
 * Brings the inbox's schema up to date; several processes may do so at once. A current schema is left alone, without a lock and
 * without the right to create anything.
 *
 * @throws SagaError `SCHEMA_TOO_NEW` when a newer release was here
 */
export async function migrateInbox(dataSource: DataSource, schema: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    if ((await appliedIn(runner, schema)) === inboxMigrations.length) return;
    // Whoever waited for the lock has to see what the one before it did.
    await runner.startTransaction('READ COMMITTED');
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const applied = await appliedIn(runner, schema);
    if (applied === 0) {
      await runner.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      await runner.query(
        `CREATE TABLE IF NOT EXISTS "${schema}".migration (
          number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
        )`,
      );
    }
    for (const { number, name, up } of inboxMigrations.slice(applied)) {
      for (const statement of up(`"${schema}"`)) await runner.query(statement);
      await runner.query(`INSERT INTO "${schema}".migration (number, name) VALUES ($1, $2)`, [number, name]);
    }
    await runner.commitTransaction();
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    await runner.release();
  }
}

async function appliedIn(runner: QueryRunner, schema: string): Promise<number> {
  // Not to_regclass: inside a transaction it answers from a cache that waiting for an advisory lock does not refresh.
  const [{ there }] = (await runner.query(
    `SELECT EXISTS (
       SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relname = 'migration') AS there`,
    [schema],
  )) as [{ there: boolean }];
  if (!there) return 0;
  const [{ last }] = (await runner.query(
    `SELECT coalesce(max(number), 0)::int AS last FROM "${schema}".migration`,
  )) as [{ last: number }];
  if (last <= inboxMigrations.length) return last;
  throw new SagaError(
    'SCHEMA_TOO_NEW',
    `The inbox in schema "${schema}" is at version ${last}, and this release knows versions up to ${inboxMigrations.length}.`,
    'Deploy the newer release, or give this one a schema of its own with `inbox.schema`.',
  );
}

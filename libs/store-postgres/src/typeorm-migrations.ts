import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SagaError } from 'reprise/core';
import { MIGRATIONS } from './migrations/index.js';
import { applyMigration } from './migrator.js';
import { quotedSchema } from './schema-name.js';

/** TypeORM orders migrations by the timestamp at the end of their name: ours count up from here. */
const EPOCH = 1_763_000_000_000;

/**
 * The schema's migrations as TypeORM classes, for teams that keep all migrations in one list. They do nothing where the store has
 * migrated by itself, and the store does nothing where they have run.
 * @example new DataSource({ type: 'postgres', migrations: [...repriseMigrations(), ...ours] })
 */
export function repriseMigrations(options: { readonly schema?: string } = {}): (new () => MigrationInterface)[] {
  const schemaName = options.schema ?? 'reprise';
  const schema = quotedSchema(schemaName);
  return MIGRATIONS.map(
    (migration) =>
      class implements MigrationInterface {
        readonly name = `Reprise${EPOCH + migration.number}`;

        async up(queryRunner: QueryRunner): Promise<void> {
          await applyMigration(
            async (sql, values) => ((await queryRunner.query(sql, values as unknown[])) ?? []) as [],
            schemaName,
            schema,
            migration,
          );
        }

        async down(): Promise<void> {
          throw new SagaError(
            'INVALID_CONFIGURATION',
            `Migration ${migration.number} of reprise is not taken back: that would delete histories.`,
            `Drop the schema ${schema} by hand if that is what you want.`,
          );
        }
      },
  );
}

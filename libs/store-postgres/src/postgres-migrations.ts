import type { Connection } from './connection.js';
import { migrateSchema, missingMigrations, type Execute } from './migrator.js';
import type { PostgresOptions } from './postgres-options.js';
import { connectionOf } from './postgres.js';

/** A step of the schema, by its number and name. */
export interface SchemaMigration {
  readonly number: number;
  readonly name: string;
}

/** Brings the schema up to date apart from a store: in a deploy step, as a role that may create tables. */
export class PostgresMigrations {
  private readonly connection: Connection;

  constructor(options: PostgresOptions) {
    this.connection = connectionOf(options);
  }

  /** What the schema lacks, in order. Changes nothing. @throws SagaError `SCHEMA_TOO_NEW`, `STORE_UNAVAILABLE`, `INVALID_CONFIGURATION` */
  pending(): Promise<SchemaMigration[]> {
    return this.connected(async (execute) => {
      const { schemaName, schema } = this.connection;
      const missing = await missingMigrations(execute, schemaName, schema);
      return missing.map(({ number, name }) => ({ number, name }));
    });
  }

  /** Applies what is missing, each migration in a transaction. Of several processes that do so at once, each finds it done. @throws as `pending` */
  apply(): Promise<void> {
    const { schemaName, schema } = this.connection;
    return this.connected((execute) => migrateSchema(execute, schemaName, schema, true));
  }

  private async connected<T>(work: (execute: Execute) => Promise<T>): Promise<T> {
    await this.connection.open();
    try {
      return await this.connection.reserve((client) =>
        work(async (sql, values) => (await client.query(sql, values as unknown[])).rows as Record<string, unknown>[]),
      );
    } finally {
      await this.connection.close();
    }
  }
}

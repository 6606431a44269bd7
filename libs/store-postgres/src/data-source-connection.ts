import type pg from 'pg';
import { SagaError } from 'reprise/core';
import type { DataSource } from 'typeorm';
import { Connection } from './connection.js';

/** The pool of the application's own data source. */
export class DataSourceConnection extends Connection {
  readonly answerTimeout = 35_000;

  constructor(
    schemaName: string,
    schema: string,
    readonly dataSource: DataSource,
  ) {
    super(schemaName, schema);
  }

  async open(): Promise<void> {
    if (this.dataSource.options.type !== 'postgres') {
      throw new SagaError(
        'INVALID_CONFIGURATION',
        `The data source given to postgres() is of type "${this.dataSource.options.type}".`,
        'Give it a data source of type "postgres", or a url.',
      );
    }
    if (!this.dataSource.isInitialized) await this.dataSource.initialize();
  }

  /** The data source is not ours to close. */
  async close(): Promise<void> {}

  protected pool(): pg.Pool {
    // TypeORM's PostgresDriver calls its pool for writes `master`. Asked anew each time: the data source may be closed and opened again.
    const { master } = this.dataSource.driver as unknown as { readonly master?: pg.Pool };
    if (this.dataSource.isInitialized && master) return master;
    throw new SagaError(
      'STORE_UNAVAILABLE',
      'The data source given to postgres() is closed.',
      'Close the engine before the data source.',
    );
  }
}

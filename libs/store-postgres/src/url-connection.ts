import pg from 'pg';
import { SagaError } from 'reprise/core';
import { Connection } from './connection.js';
import type { PostgresUrlOptions } from './postgres-options.js';

const CONNECT_TIMEOUT = 5_000;
const STATEMENT_TIMEOUT = 30_000;
/** How much longer than the server itself this side waits before it takes the server for silent. */
const SILENCE = 5_000;

/** A pool of the store's own. */
export class UrlConnection extends Connection {
  readonly answerTimeout: number;
  private own: pg.Pool | undefined;

  constructor(
    schemaName: string,
    schema: string,
    private readonly options: PostgresUrlOptions,
  ) {
    super(schemaName, schema);
    this.answerTimeout = (options.statementTimeout ?? STATEMENT_TIMEOUT) + SILENCE;
  }

  async open(): Promise<void> {
    this.own ??= this.createPool();
  }

  async close(): Promise<void> {
    const own = this.own;
    this.own = undefined;
    await own?.end();
  }

  protected pool(): pg.Pool {
    if (this.own) return this.own;
    throw new SagaError('STORE_UNAVAILABLE', 'The store is not open.', 'Call open() first, and nothing after close().');
  }

  private createPool(): pg.Pool {
    const pool = new pg.Pool({
      connectionString: this.options.url,
      max: this.options.pool ?? 10,
      connectionTimeoutMillis: this.options.connectTimeout ?? CONNECT_TIMEOUT,
      statement_timeout: this.options.statementTimeout ?? STATEMENT_TIMEOUT,
      application_name: 'reprise',
      keepAlive: true,
      ...(this.options.ssl === undefined ? {} : { ssl: this.options.ssl }),
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    pool.on('error', () => {});
    return pool;
  }
}

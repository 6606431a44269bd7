import pg from 'pg';
import type { Statement } from './statements/statement.js';
import { storeError } from './store-error.js';

/** A row as PostgreSQL wrote it: every column as text. */
export type Row = Readonly<Record<string, string | null>>;
export type Parameter = string | number | boolean | null | Buffer;

/** What runs prepared statements in one schema. */
export type Statements = Pick<Connection, 'schemaName' | 'run'>;

/** Columns stay text, whatever type parsers the application has registered with `pg`. */
const RAW = { getTypeParser: () => (text: string) => text };

/** Runs statements over a pool, in one schema. Who owns the pool is the business of the subclasses. */
export abstract class Connection {
  private readonly texts = new Map<Statement, { readonly name: string; readonly text: string }>();

  constructor(
    readonly schemaName: string,
    /** In quotes, as it goes into SQL. */
    readonly schema: string,
  ) {}

  abstract open(): Promise<void>;
  abstract close(): Promise<void>;
  /** Milliseconds until a statement must have answered. */
  abstract readonly answerTimeout: number;
  protected abstract pool(): pg.Pool;

  /** How many connections the pool has at the most. */
  get poolSize(): number {
    return (this.pool() as pg.Pool & { readonly options: { readonly max?: number } }).options.max ?? 10;
  }

  /**
   * Runs one prepared statement.
   * @param on a connection that the caller holds; without it one of the pool, which is given up after any error
   * @throws StoreError `STORE_UNAVAILABLE` or `APPEND_REJECTED`
   */
  async run(statement: Statement, values: readonly Parameter[], on?: pg.ClientBase): Promise<readonly Row[]> {
    let prepared = this.texts.get(statement);
    if (!prepared) {
      prepared = { name: `reprise.${this.schemaName}.${statement.name}`, text: statement.text(this.schema) };
      this.texts.set(statement, prepared);
    }
    // Left out of @types/pg, and the only guard against a server that took the statement and fell silent.
    const guard = { query_timeout: this.answerTimeout };
    try {
      const query = { ...prepared, ...guard, values: values as Parameter[], types: RAW };
      return (await (on ?? this.pool()).query<Record<string, string | null>>(query)).rows;
    } catch (error) {
      throw storeError(error, statement.name);
    }
  }

  /** Runs `work` on one connection; a transaction is its own business. The connection is given up if it fails. */
  async reserve<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    const ignore = (): void => {};
    try {
      client = await this.pool().connect();
      // A reserved connection that breaks reports it here and in the running query; the latter is enough.
      client.on('error', ignore);
      const result = await work(client);
      client.off('error', ignore);
      client.release();
      return result;
    } catch (error) {
      client?.release(true);
      throw storeError(error, 'migration');
    }
  }

  /** A connection outside the pool, not yet connected, for whoever holds it for long. */
  dedicated(): pg.Client {
    // The options of the pool hold how to connect; pg-pool keeps them on the object.
    const { options } = this.pool() as pg.Pool & { readonly options: pg.ClientConfig };
    return new pg.Client({
      ...options,
      password: options.password,
      keepAlive: true,
      statement_timeout: undefined,
      query_timeout: undefined,
    } as pg.ClientConfig);
  }
}

import type { DataSource } from 'typeorm';
import type { PoolConfig } from 'pg';

/** What holds for both ways to connect. */
export interface PostgresStoreOptions {
  /** The schema of the tables. Default `reprise`. Lower-case letters, digits and underscores. */
  readonly schema?: string;
  /** Bring the schema up to date when the store opens. Default true; with `false` it is only compared. */
  readonly migrate?: boolean;
  /** Listen for hints from other processes on a connection of its own. Default true; switch it off behind a transaction pooler. */
  readonly listen?: boolean;
}

/** Connect with a pool of the store's own. */
export interface PostgresUrlOptions extends PostgresStoreOptions {
  /** For instance `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /** The most connections at a time, the listening one not counted. Default 10. */
  readonly pool?: number;
  readonly ssl?: PoolConfig['ssl'];
  /** Milliseconds until a connection must be there. Default 5,000. */
  readonly connectTimeout?: number;
  /** Milliseconds until a statement must have answered. Default 30,000. */
  readonly statementTimeout?: number;
}

/** Use the pool of a TypeORM data source of type `postgres`. It is initialised if it is not yet, and never closed. */
export interface PostgresDataSourceOptions extends PostgresStoreOptions {
  readonly dataSource: DataSource;
}

export type PostgresOptions = PostgresUrlOptions | PostgresDataSourceOptions;

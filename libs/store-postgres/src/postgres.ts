import type { Connection } from './connection.js';
import { DataSourceConnection } from './data-source-connection.js';
import { PostgresHistoryStore } from './postgres-history-store.js';
import type { PostgresOptions } from './postgres-options.js';
import { quotedSchema } from './schema-name.js';
import { UrlConnection } from './url-connection.js';

/**
 * The store for histories in PostgreSQL 13 or newer. Nothing is connected before `open()`.
 * @throws SagaError `INVALID_CONFIGURATION` for a schema name that is none.
 * @example postgres({ url: process.env.DATABASE_URL })
 * @example postgres({ dataSource, schema: 'orders_reprise' })
 */
export function postgres(options: PostgresOptions): PostgresHistoryStore {
  return new PostgresHistoryStore(connectionOf(options), options);
}

/** @throws SagaError `INVALID_CONFIGURATION` for a schema name that is none. */
export function connectionOf(options: PostgresOptions): Connection {
  const schemaName = options.schema ?? 'reprise';
  const schema = quotedSchema(schemaName);
  return 'dataSource' in options
    ? new DataSourceConnection(schemaName, schema, options.dataSource)
    : new UrlConnection(schemaName, schema, options);
}

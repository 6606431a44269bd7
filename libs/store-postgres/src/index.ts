export { PostgresDoctor } from './doctor/postgres-doctor.js';
export type { Finding, FindingLevel } from './doctor/finding.js';
export { isTransient } from './is-transient.js';
export { postgres } from './postgres.js';
export { PostgresMigrations, type SchemaMigration } from './postgres-migrations.js';
export { PostgresHistoryStore } from './postgres-history-store.js';
export type {
  PostgresDataSourceOptions,
  PostgresOptions,
  PostgresStoreOptions,
  PostgresUrlOptions,
} from './postgres-options.js';
export type { LivingWorker, StoreOverview } from './store-overview.js';
export { StoreError } from './store-error.js';
export { transactionManager } from './transaction-manager.js';
export { repriseMigrations } from './typeorm-migrations.js';

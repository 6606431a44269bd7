/**
 * The manager of a transaction that the caller has open: an `EntityManager` of TypeORM, as `dataSource.transaction()` hands it out. It
 * has to be of the database that the store is in.
 */
export interface TransactionManager {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
  readonly connection: object;
}

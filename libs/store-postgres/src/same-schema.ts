import { SagaError } from 'reprise/core';
import type { Connection, Statements } from './connection.js';
import { schemaIdentity } from './statements/schema-identity.js';
import { StoreError } from './store-error.js';

/** PostgreSQL's codes for a table and for a schema that do not exist. */
const NOT_THERE = new Set<unknown>(['42P01', '3F000']);

/** Sees to it that transactions of callers are in the database that the histories are in. */
export class SameSchema {
  /** Data sources that are known to lead there. */
  private readonly known = new WeakSet<object>();

  constructor(
    private readonly connection: Connection,
    own?: object,
  ) {
    if (own) this.known.add(own);
  }

  /** @throws SagaError `FOREIGN_TRANSACTION` */
  async demand(dataSource: object, joined: Statements): Promise<void> {
    if (this.known.has(dataSource)) return;
    const [own] = await this.connection.run(schemaIdentity, []);
    const [other] = await joined.run(schemaIdentity, []).catch(nothingThere);
    if (!other || other['identity'] !== own?.['identity']) throw foreign(this.connection.schemaName);
    this.known.add(dataSource);
  }
}

function nothingThere(error: unknown): [] {
  if (error instanceof StoreError && NOT_THERE.has((error.cause as { readonly code?: unknown }).code)) return [];
  throw error;
}

function foreign(schemaName: string): SagaError {
  return new SagaError(
    'FOREIGN_TRANSACTION',
    `The manager's transaction is in a database that does not hold the histories of the schema "${schemaName}".`,
    'Pass a manager of the database that postgres() was given; what is in two databases cannot be committed as one.',
  );
}

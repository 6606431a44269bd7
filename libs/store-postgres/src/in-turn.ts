import type { Connection, Parameter, Row, Statements } from './connection.js';
import type { Statement } from './statements/statement.js';
import { StoreError } from './store-error.js';
import { Turnstile } from './turnstile.js';

/**
 * Runs the statements of clients, which come in bursts of thousands, over half of the pool: a burst waits here, not in the pool, which would
 * take a wait of five seconds for a database that is away; and workers do not wait behind it with what keeps their lease.
 */
export class InTurn implements Statements {
  private readonly turnstile = new Turnstile(() => Math.max(1, Math.floor(this.connection.poolSize / 2)));

  constructor(private readonly connection: Connection) {}

  get schemaName(): string {
    return this.connection.schemaName;
  }

  /** @throws StoreError `STORE_UNAVAILABLE` also when its turn does not come in the time that a statement may take */
  run(statement: Statement, values: readonly Parameter[]): Promise<readonly Row[]> {
    const { answerTimeout } = this.connection;
    return this.turnstile.pass(
      () => this.connection.run(statement, values),
      answerTimeout,
      () =>
        new StoreError(
          'STORE_UNAVAILABLE',
          true,
          `PostgreSQL had no time for a statement (${statement.name}) within ${answerTimeout} ms: too many wait for it.`,
          'The call may be made again; send less at a time, or give the store a larger pool.',
        ),
    );
  }
}

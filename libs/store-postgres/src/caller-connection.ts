import type pg from 'pg';
import type { Connection, Parameter, Row, Statements } from './connection.js';
import type { Statement } from './statements/statement.js';

/** The last statement of ours on each connection of a caller: the next one waits for it. */
const last = new WeakMap<pg.ClientBase, Promise<unknown>>();

/**
 * Runs statements in the transaction that a caller has open on a connection. Each has a savepoint, so that one which fails does not
 * take the caller's transaction with it, and runs alone, so that savepoints do not cross.
 */
export class CallerConnection implements Statements {
  readonly schemaName: string;

  constructor(
    private readonly connection: Connection,
    private readonly client: pg.ClientBase,
  ) {
    this.schemaName = connection.schemaName;
  }

  run(statement: Statement, values: readonly Parameter[]): Promise<readonly Row[]> {
    const turn = (last.get(this.client) ?? Promise.resolve()).then(() => this.alone(statement, values));
    last.set(
      this.client,
      turn.catch(() => undefined),
    );
    return turn;
  }

  private async alone(statement: Statement, values: readonly Parameter[]): Promise<readonly Row[]> {
    await this.client.query('savepoint reprise');
    try {
      const rows = await this.connection.run(statement, values, this.client);
      await this.client.query('release savepoint reprise');
      return rows;
    } catch (error) {
      // A connection that is lost has nothing to go back to; what broke it is what the caller has to hear.
      await this.client.query('rollback to savepoint reprise').catch(() => undefined);
      throw error;
    }
  }
}

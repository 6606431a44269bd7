import type pg from 'pg';
import { SagaError } from 'reprise/core';
import type { DataSource, EntityManager } from 'typeorm';

/**
 * Runs `work` in a transaction on a connection of its own; `work` says when it commits. What it has not committed at its end is
 * rolled back.
 */
export async function inStepTransaction<T>(
  dataSource: DataSource,
  work: (transaction: StepTransaction) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    return await work(new StepTransaction(runner, (await runner.connect()) as pg.ClientBase));
  } finally {
    await rollBack(runner);
    await runner.release();
  }
}

/** The longest that PostgreSQL can count, in milliseconds. */
const LONGEST_IDLE = 2_147_483_647;

type QueryRunner = ReturnType<DataSource['createQueryRunner']>;

/** One try of a transaction. */
export class StepTransaction {
  constructor(
    private readonly runner: QueryRunner,
    /** The connection it runs on. */
    readonly client: pg.ClientBase,
  ) {}

  get manager(): EntityManager {
    return this.runner.manager;
  }

  /** @param longestIdle milliseconds after which the server ends a transaction in which nothing happens */
  async begin(isolation: Parameters<QueryRunner['startTransaction']>[0], longestIdle: number): Promise<void> {
    await this.runner.startTransaction(isolation);
    const milliseconds = Math.min(Math.max(1, Math.ceil(longestIdle)), LONGEST_IDLE);
    await this.client.query(`set local idle_in_transaction_session_timeout = ${milliseconds}`);
  }

  /** @throws SagaError `TRANSACTION_ENDED` when the body has ended what it does not own, `STORE_UNAVAILABLE` when the server has */
  expectOpen(): void {
    if (this.runner.isReleased) throw lost();
    if (!this.runner.isTransactionActive) throw ended('The body ended its own transaction');
  }

  async commit(): Promise<void> {
    await this.runner.commitTransaction();
    if (this.runner.isTransactionActive) throw ended('The body left a transaction open that it began inside its own');
  }

  rollBack(): Promise<void> {
    return rollBack(this.runner);
  }
}

/** Level by level, since a body may have left savepoints; a lost connection has rolled back by itself. */
async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    while (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
  } catch {
    // The server does it when the connection goes.
  }
}

function lost(): SagaError {
  return new SagaError(
    'STORE_UNAVAILABLE',
    'The connection of the transaction was lost while the body ran; what it wrote is rolled back.',
    'The step is tried again. A body that is idle for longer than the timeout of its step loses its transaction.',
  );
}

function ended(what: string): SagaError {
  return new SagaError(
    'TRANSACTION_ENDED',
    `${what}, so that its outcome cannot be committed with its writes.`,
    'Write with transactionManager(), and leave begin, commit and rollback of that transaction to the step.',
  );
}

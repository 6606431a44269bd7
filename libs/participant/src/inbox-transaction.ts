import type { DataSource, QueryRunner } from 'typeorm';
import type { InboxRequest } from './inbox-request.js';
import { Refusal } from './refusal.js';

const LONGEST_LOCK_TIMEOUT = 2_147_483_647;

/**
 * Runs `body` in a transaction in which nothing waits for a lock longer than the request's deadline. What `body` has not
 * committed at its end is rolled back.
 */
export async function inInboxTransaction<T>(
  dataSource: DataSource,
  { deadline }: InboxRequest,
  body: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    const patience = Math.min(Math.max(1, Math.ceil(deadline - Date.now())), LONGEST_LOCK_TIMEOUT);
    // Whoever waited at a key has to see what the one before it committed, which a snapshot of the whole transaction would hide.
    await runner.query(`SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${patience}`);
    return await body(runner);
  } finally {
    await rollBack(runner);
    await runner.release();
  }
}

/** After waiting for a connection and for the key, nobody may be waiting for the answer any more. */
export function demandTimeLeft({ deadline, command }: InboxRequest): void {
  if (Date.now() < deadline) return;
  throw new Refusal(
    'transient',
    'REQUEST_DEADLINE_PASSED',
    `A request for "${command}" waited until its deadline and was not run.`,
    'If this happens often, give the data source a larger pool, or the step a longer timeout.',
  );
}

/** Level by level, since a handler may have left savepoints; a lost connection has rolled back by itself. */
async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    while (runner.isTransactionActive && !runner.isReleased) await runner.rollbackTransaction();
  } catch {
    // The server does it when the connection goes.
  }
}

import { randomUUID } from 'node:crypto';
import { milliseconds, SagaError, type ReplyEnvelope } from 'reprise/core';
import type { DataSource, EntityManager } from 'typeorm';
import { migrateInbox } from './inbox-migrator.js';
import { InboxRetention } from './inbox-retention.js';
import { isAnswer, type InboxRequest, type Perform } from './inbox-request.js';
import { InboxTraces } from './inbox-traces.js';
import { InboxTable, type Lease } from './inbox-table.js';
import { demandTimeLeft, inInboxTransaction } from './inbox-transaction.js';
import type { InboxOptions } from './participant-options.js';

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** First answers, in the database that the handlers write to. */
export class PostgresInbox {
  readonly retention: InboxRetention;
  readonly traces: InboxTraces;
  private readonly dataSource: DataSource;
  private readonly schema: string;
  private readonly table: InboxTable;

  constructor({ dataSource, schema = 'reprise_inbox', keep = '7 days' }: InboxOptions) {
    this.dataSource = demandPostgres(dataSource);
    if (!SCHEMA_NAME.test(schema)) {
      throw invalid(`"${schema}" cannot name the inbox's schema.`, 'Use lower case letters, digits and "_".');
    }
    this.schema = schema;
    this.table = new InboxTable(schema);
    this.traces = new InboxTraces(dataSource, schema);
    this.retention = new InboxRetention(dataSource, this.table, milliseconds(keep));
  }

  async open(): Promise<void> {
    if (!this.dataSource.isInitialized) {
      throw invalid('The data source of the inbox is not initialised.', 'Await `dataSource.initialize()` before.');
    }
    await migrateInbox(this.dataSource, this.schema);
    this.retention.start();
  }

  close(): Promise<void> {
    return this.retention.stop();
  }

  /**
   * Runs the handler once for each key, in the transaction that also stores its answer (law S3):
   * - a result: the handler's writes and the answer are committed together
   * - a declared error: the handler's writes are undone, the answer is committed
   * - anything else: nothing is left, and the next delivery runs the handler again
   */
  once(request: InboxRequest, perform: Perform): Promise<ReplyEnvelope> {
    return inInboxTransaction(this.dataSource, request, async (runner) => {
      const first = await this.table.claim(runner, request);
      if (first !== undefined) return first;
      demandTimeLeft(request);
      await runner.startTransaction(); // a savepoint: the claim outlives the handler's writes
      const reply = await perform(runner.manager);
      if (!isAnswer(reply)) return reply;
      if (reply.ok) await runner.commitTransaction();
      else await runner.rollbackTransaction();
      await this.table.answer(runner, request, reply);
      await runner.commitTransaction();
      if (runner.isTransactionActive) throw new Error('the handler left a nested transaction open');
      return reply;
    });
  }

  /**
   * The same without a transaction around the handler. Until the request's deadline other deliveries are told to come back; if no
   * answer was stored by then, the next one runs the handler again. Then the effect may have happened twice, unless the outside
   * system was given the key.
   */
  async onceOutside(request: InboxRequest, perform: Perform): Promise<ReplyEnvelope> {
    const lease: Lease = { holder: randomUUID(), milliseconds: Math.max(1, request.deadline - Date.now()) };
    const first = await inInboxTransaction(this.dataSource, request, async (runner) => {
      const known = await this.table.claim(runner, request, lease);
      if (known === undefined) demandTimeLeft(request);
      await runner.commitTransaction();
      return known;
    });
    if (first !== undefined) return first;
    const reply = await perform();
    const runner = this.dataSource.createQueryRunner();
    try {
      if (!isAnswer(reply)) await this.table.giveBack(runner, request, lease);
      else if (!(await this.table.answer(runner, request, reply, lease)))
        return await this.table.outcome(runner, request);
      return reply;
    } finally {
      await runner.release();
    }
  }

  /** For callers without a key. */
  inTransaction<T>(perform: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(perform);
  }
}

function demandPostgres(dataSource: DataSource): DataSource {
  const type = (dataSource as DataSource | undefined)?.options?.type;
  if (type === 'postgres') return dataSource;
  throw invalid(
    type === undefined
      ? 'The `dataSource` of the inbox is not a TypeORM data source.'
      : `The inbox does not work on "${type}" yet; it needs PostgreSQL.`,
    'Pass a TypeORM DataSource of type "postgres", or leave `inbox` away (then steps run at least once).',
  );
}

function invalid(what: string, advice: string): SagaError {
  return new SagaError('INVALID_CONFIGURATION', what, advice);
}

import type pg from 'pg';
import {
  SagaError,
  StepTransactions,
  type CallKey,
  type Json,
  type StepRecord,
  type TransactionTerms,
} from 'reprise/core';
import type { Parameter, Row } from './connection.js';
import type { DataSourceConnection } from './data-source-connection.js';
import { isConflict } from './is-conflict.js';
import { findOutcome } from './statements/find-outcome.js';
import { recordOutcome } from './statements/record-outcome.js';
import { inStepTransaction } from './step-transaction.js';
import { Turnstile } from './turnstile.js';

const FIRST_WAIT = 2;
const LONGEST_WAIT = 250;
/** How long conflicts are waited out within one attempt, in milliseconds. */
const PATIENCE = 2_000;

/**
 * Transactions of the application's data source, for step bodies. The idea of a table of outcomes beside the application's tables is
 * that of the data sources of DBOS.
 */
export class PostgresStepTransactions extends StepTransactions {
  /** Bodies get half of the pool at the most: with all of it taken the worker could not renew its lease. */
  private readonly turnstile = new Turnstile(() => Math.max(1, Math.floor(this.connection.poolSize / 2)));

  constructor(private readonly connection: DataSourceConnection) {
    super();
  }

  override find(call: CallKey): Promise<StepRecord | undefined> {
    return this.findOn(undefined, call);
  }

  override async settle(call: CallKey, record: StepRecord): Promise<StepRecord> {
    if (await this.record(undefined, call, record)) return record;
    return this.recorded(undefined, call);
  }

  override run(call: CallKey, terms: TransactionTerms, body: (manager: unknown) => Promise<Json>): Promise<StepRecord> {
    return this.turnstile.pass(async () => {
      let waited = 0;
      for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
        try {
          return await this.once(call, terms, body);
        } catch (error) {
          if (!isConflict(error) || waited >= PATIENCE) throw error;
        }
        // By chance, so that those that ran into each other do not do so again.
        const pause = wait * (0.5 + Math.random() / 2);
        waited += pause;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    });
  }

  private once(
    call: CallKey,
    { isolation, longestIdle }: TransactionTerms,
    body: (manager: unknown) => Promise<Json>,
  ): Promise<StepRecord> {
    return inStepTransaction(this.connection.dataSource, async (transaction) => {
      const { client } = transaction;
      const known = await this.findOn(client, call);
      if (known) return known;
      await transaction.begin(isolation, longestIdle);
      const completed: StepRecord = { outcome: 'completed', result: await body(transaction.manager) };
      transaction.expectOpen();
      if (await this.record(client, call, completed)) {
        await transaction.commit();
        return completed;
      }
      await transaction.rollBack();
      return this.recorded(client, call);
    });
  }

  private async record(on: pg.ClientBase | undefined, call: CallKey, record: StepRecord): Promise<boolean> {
    const rows = await this.connection.run(recordOutcome, [...keyOf(call), JSON.stringify(record)], on);
    return rows.length === 1;
  }

  private async findOn(on: pg.ClientBase | undefined, call: CallKey): Promise<StepRecord | undefined> {
    const [row] = await this.connection.run(findOutcome, keyOf(call), on);
    return row && recordOf(row);
  }

  /** What somebody else put on record. */
  private async recorded(on: pg.ClientBase | undefined, call: CallKey): Promise<StepRecord> {
    const found = await this.findOn(on, call);
    if (found) return found;
    throw new SagaError(
      'STORE_UNAVAILABLE',
      `The outcome of call ${call.call} was on record and is gone.`,
      'Rows of step_outcome may only go when their instance goes.',
    );
  }
}

function keyOf({ key, call }: CallKey): Parameter[] {
  return [key.shard, key.run, call];
}

function recordOf(row: Row): StepRecord {
  return JSON.parse(row['outcome']!) as StepRecord;
}

import type pg from 'pg';
import {
  SagaError,
  type AppendOutcome,
  type CallerStore,
  type CallerTransaction,
  type Cue,
  type InstanceSummary,
  type Message,
  type PostOutcome,
  type TurnAppend,
} from 'reprise/core';
import type { EntityManager } from 'typeorm';
import { Appender } from './appender.js';
import { CallerConnection } from './caller-connection.js';
import type { Connection } from './connection.js';
import { Directory } from './directory.js';
import { PostgresCueStore } from './postgres-cue-store.js';
import type { SameSchema } from './same-schema.js';

/** The store on the connection of a transaction that the caller has open. */
export class PostgresCallerStore implements CallerStore {
  private readonly runner: NonNullable<EntityManager['queryRunner']>;

  /** @throws SagaError `NOT_IN_TRANSACTION` for what is no manager of an open transaction */
  constructor(
    private readonly connection: Connection,
    private readonly sameSchema: SameSchema,
    transaction: CallerTransaction,
  ) {
    const { queryRunner } = transaction as EntityManager;
    if (!queryRunner?.isTransactionActive || queryRunner.isReleased) throw notInTransaction();
    this.runner = queryRunner;
  }

  async start(turn: TurnAppend): Promise<AppendOutcome> {
    const [outcome] = await new Appender(await this.joined()).append(undefined, [turn]);
    return outcome!;
  }

  async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    return new Directory(await this.joined()).post(shard, id, message);
  }

  async publish(cues: readonly Cue[]): Promise<void> {
    await new PostgresCueStore(await this.joined()).publish(cues);
  }

  async find(shard: number, id: string): Promise<InstanceSummary | undefined> {
    return new Directory(await this.joined()).find(shard, id);
  }

  private async joined(): Promise<CallerConnection> {
    const client = (await this.runner.connect()) as pg.ClientBase;
    const joined = new CallerConnection(this.connection, client);
    // Named `connection` before TypeORM 1.
    const { dataSource, connection } = this.runner.manager as Partial<Record<'dataSource' | 'connection', object>>;
    await this.sameSchema.demand((dataSource ?? connection)!, joined);
    return joined;
  }
}

function notInTransaction(): SagaError {
  return new SagaError(
    'NOT_IN_TRANSACTION',
    'What was passed as `manager` is not in an open transaction.',
    'Pass the manager that `dataSource.transaction(async (manager) => …)` gives, or that of a query runner after startTransaction().',
  );
}

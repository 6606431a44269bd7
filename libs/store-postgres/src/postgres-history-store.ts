import {
  HistoryStore,
  type AppendOutcome,
  type CallerStore,
  type CallerTransaction,
  type ClaimedInstance,
  type HostedVersion,
  type InstanceKey,
  type InstanceSummary,
  type Message,
  type Orphan,
  type ForkedRun,
  type Postponement,
  type PostOutcome,
  type Successor,
  type StepTransactions,
  type StoreTrouble,
  type Turn,
  type TurnAppend,
  type UnsentMessage,
} from 'reprise/core';
import { Appender } from './appender.js';
import { binaryArray } from './binary-array.js';
import { Correspondence } from './correspondence.js';
import type { Connection } from './connection.js';
import { DataSourceConnection } from './data-source-connection.js';
import { Directory } from './directory.js';
import { HintListener } from './hint-listener.js';
import { migrateSchema } from './migrator.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { PostgresCueStore } from './postgres-cue-store.js';
import type { PostgresStoreOptions } from './postgres-options.js';
import { PostgresCallerStore } from './postgres-caller-store.js';
import { PostgresStepTransactions } from './postgres-step-transactions.js';
import { storeOverview, type StoreOverview } from './store-overview.js';
import { Succession } from './succession.js';
import { SameSchema } from './same-schema.js';
import { PostgresScheduleStore } from './postgres-schedule-store.js';
import { PostgresStepLimits } from './postgres-step-limits.js';
import { PostgresStepDeliveries } from './postgres-step-deliveries.js';
import { PostgresStepProgress } from './postgres-step-progress.js';
import { recordOrphan } from './statements/record-orphan.js';
import { wakeIncidents } from './statements/wake-incidents.js';
import { InTurn } from './in-turn.js';
import { hostedColumns, WorkerLedger } from './worker-ledger.js';

/** Histories, ownership and mailboxes in PostgreSQL 13 or newer. Made by `postgres(...)`. */
export class PostgresHistoryStore extends HistoryStore {
  readonly transactions: StepTransactions | undefined;
  override readonly catalogue: PostgresCatalogue;
  override readonly schedules: PostgresScheduleStore;
  override readonly limits: PostgresStepLimits;
  override readonly progress: PostgresStepProgress;
  override readonly deliveries: PostgresStepDeliveries;
  override readonly cues: PostgresCueStore;
  private readonly appender: Appender;
  private readonly correspondence: Correspondence;
  private readonly succession: Succession;
  private readonly directory: Directory;
  private readonly ledger: WorkerLedger;
  /** Reads histories for those who ask. */
  private readonly reader: WorkerLedger;
  private readonly hints: HintListener;
  private readonly sameSchema: SameSchema;

  constructor(
    private readonly connection: Connection,
    private readonly options: PostgresStoreOptions,
  ) {
    super();
    this.schedules = new PostgresScheduleStore(connection);
    this.appender = new Appender(connection);
    this.correspondence = new Correspondence(connection);
    this.succession = new Succession(connection);
    this.catalogue = new PostgresCatalogue(connection);
    this.ledger = new WorkerLedger(connection);
    const inTurn = new InTurn(connection);
    this.directory = new Directory(inTurn);
    this.reader = new WorkerLedger(inTurn);
    this.hints = new HintListener(connection);
    const overDataSource = connection instanceof DataSourceConnection ? connection : undefined;
    this.transactions = overDataSource && new PostgresStepTransactions(overDataSource);
    this.sameSchema = new SameSchema(connection, overDataSource?.dataSource);
    this.limits = new PostgresStepLimits(connection, this.hints);
    this.progress = new PostgresStepProgress(connection);
    this.deliveries = new PostgresStepDeliveries(connection);
    this.cues = new PostgresCueStore(connection, this.hints);
  }

  override async open(): Promise<void> {
    await this.connection.open();
    const { schemaName, schema } = this.connection;
    await this.connection.reserve((client) =>
      migrateSchema(
        async (sql, values) => (await client.query(sql, values as unknown[])).rows as Record<string, unknown>[],
        schemaName,
        schema,
        this.options.migrate ?? true,
      ),
    );
    if (this.options.listen ?? true) this.hints.start();
  }

  override async close(): Promise<void> {
    await this.hints.stop();
    await this.connection.close();
  }

  override append(worker: string | undefined, turns: readonly TurnAppend[]): Promise<AppendOutcome[]> {
    return this.appender.append(worker, turns);
  }

  override heartbeat(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): Promise<boolean> {
    return this.ledger.heartbeat(worker, leaseMs, hosted);
  }

  override claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    return this.ledger.claim(worker, limit, hosted);
  }

  override unread(worker: string): ReturnType<HistoryStore['unread']> {
    return this.ledger.unread(worker);
  }

  override release(worker: string, instances: Parameters<HistoryStore['release']>[1]): Promise<void> {
    return this.ledger.release(worker, instances);
  }

  override suspect(...args: Parameters<HistoryStore['suspect']>): Promise<void> {
    return this.ledger.suspect(...args);
  }
  override releaseOthers(worker: string, held: Parameters<HistoryStore['releaseOthers']>[1]): Promise<void> {
    return this.ledger.releaseOthers(worker, held);
  }

  override leave(worker: string): Promise<void> {
    return this.ledger.leave(worker);
  }

  override async wakeIncidents(codes: readonly string[], hosted: readonly HostedVersion[]): Promise<number> {
    const [row] = await this.connection.run(wakeIncidents, [binaryArray('text', codes), ...hostedColumns(hosted)]);
    return Number(row?.['woken'] ?? 0);
  }

  override post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    return this.directory.post(shard, id, message);
  }

  override succeed(worker: string, key: InstanceKey, successor: Successor): Promise<'succeeded' | 'refused'> {
    return this.succession.succeed(worker, key, successor);
  }

  override postpone(key: InstanceKey, postponement: Postponement): Promise<'postponed' | 'refused'> {
    return this.succession.postpone(key, postponement);
  }

  override fork(copy: ForkedRun): Promise<'forked' | 'duplicate'> {
    return this.succession.fork(copy);
  }

  override replies(asked: Parameters<HistoryStore['replies']>[0]): ReturnType<HistoryStore['replies']> {
    return this.correspondence.replies(asked);
  }

  override unsent(olderThan: number, limit: number): Promise<UnsentMessage[]> {
    return this.correspondence.unsent(olderThan, limit);
  }

  override relayed(sent: readonly UnsentMessage[]): Promise<void> {
    return this.correspondence.relayed(sent);
  }

  override within(transaction: CallerTransaction): CallerStore {
    return new PostgresCallerStore(this.connection, this.sameSchema, transaction);
  }

  override find(shard: number, id: string): Promise<InstanceSummary | undefined> {
    return this.directory.find(shard, id);
  }

  override findMany(ids: Parameters<HistoryStore['findMany']>[0]): Promise<InstanceSummary[]> {
    return this.directory.findMany(ids);
  }

  override async history(key: InstanceKey): Promise<Turn[]> {
    return (await this.reader.turnsOf([{ key }]))[0]!;
  }

  /** Who is at work on this store, and what is due. @throws SagaError `STORE_UNAVAILABLE` */
  overview(): Promise<StoreOverview> {
    return storeOverview(this.connection);
  }

  override async recordOrphan(orphan: Orphan): Promise<void> {
    const { key, id, reason, call, attempt, payload } = orphan;
    const json = payload === undefined ? null : JSON.stringify(payload);
    await this.connection.run(recordOrphan, [key.shard, key.run, id, reason, call ?? null, attempt ?? null, json]);
  }

  override onHint(listener: () => void): () => void {
    return this.hints.add(listener);
  }

  override onTrouble(listener: (trouble: StoreTrouble) => void): () => void {
    return this.hints.onTrouble(listener);
  }
}

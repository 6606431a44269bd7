import {
  HistoryStore,
  type AppendOutcome,
  type ClaimedInstance,
  type HostedVersion,
  type InstanceKey,
  type InstanceSummary,
  type Message,
  type Orphan,
  type PostOutcome,
  type Turn,
  type TurnAppend,
} from 'reprise/core';
import { Appender } from './appender.js';
import { binaryArray } from './binary-array.js';
import type { Connection } from './connection.js';
import { hintChannel, HintListener } from './hint-listener.js';
import { migrateSchema } from './migrator.js';
import type { PostgresStoreOptions } from './postgres-options.js';
import { findInstances } from './statements/find-instances.js';
import { postMessage } from './statements/post-message.js';
import { recordOrphan } from './statements/record-orphan.js';
import { wakeIncidents } from './statements/wake-incidents.js';
import { isUniqueViolation } from './store-error.js';
import { summaryOf } from './summary.js';
import { hostedColumns, WorkerLedger } from './worker-ledger.js';

/** Histories, ownership and mailboxes in PostgreSQL 13 or newer. Made by `postgres(...)`. */
export class PostgresHistoryStore extends HistoryStore {
  private readonly appender: Appender;
  private readonly ledger: WorkerLedger;
  private readonly hints: HintListener;

  constructor(
    private readonly connection: Connection,
    private readonly options: PostgresStoreOptions,
  ) {
    super();
    this.appender = new Appender(connection);
    this.ledger = new WorkerLedger(connection);
    this.hints = new HintListener(connection);
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

  override async post(shard: number, id: string, message: Message): Promise<PostOutcome> {
    const { kind, name, input } = message;
    const channel = hintChannel(this.connection.schemaName);
    try {
      const values = [shard, id, message.id, kind, name, JSON.stringify(input), channel];
      const [row] = await this.connection.run(postMessage, values);
      return row!['outcome'] as PostOutcome;
    } catch (error) {
      // The message is in the mailbox already, unread: nothing was stored twice, and it is durable.
      if (isUniqueViolation(error)) return 'accepted';
      throw error;
    }
  }

  override async find(shard: number, id: string): Promise<InstanceSummary | undefined> {
    return (await this.findMany([{ shard, id }]))[0];
  }

  override async findMany(ids: readonly { readonly shard: number; readonly id: string }[]): Promise<InstanceSummary[]> {
    if (ids.length === 0) return [];
    const shards = binaryArray(
      'smallint',
      ids.map(({ shard }) => shard),
    );
    const rows = await this.connection.run(findInstances, [
      shards,
      binaryArray(
        'text',
        ids.map(({ id }) => id),
      ),
    ]);
    return rows.map(summaryOf);
  }

  override async history(key: InstanceKey): Promise<Turn[]> {
    return (await this.ledger.turnsOf([{ key }]))[0]!;
  }

  override async recordOrphan(orphan: Orphan): Promise<void> {
    const { key, id, reason, call, attempt, payload } = orphan;
    const json = payload === undefined ? null : JSON.stringify(payload);
    await this.connection.run(recordOrphan, [key.shard, key.run, id, reason, call ?? null, attempt ?? null, json]);
  }

  override onHint(listener: () => void): () => void {
    return this.hints.add(listener);
  }
}

import { StepDeliveries, type InstanceKey, type SentAttempt } from 'reprise/core';
import { keyColumns } from './appender.js';
import { binaryArray } from './binary-array.js';
import type { Statements } from './connection.js';
import { noteDeliveries } from './statements/note-deliveries.js';
import { readDeliveries } from './statements/read-deliveries.js';

/** Requests that are under way for long: rows of `step_delivery`. */
export class PostgresStepDeliveries extends StepDeliveries {
  constructor(private readonly statements: Statements) {
    super();
  }

  override async note(worker: string, sent: readonly SentAttempt[]): Promise<void> {
    if (sent.length === 0) return;
    const column = <T>(type: Parameters<typeof binaryArray>[0], of: (one: SentAttempt) => T): Buffer =>
      binaryArray(type, sent.map(of) as never);
    await this.statements.run(noteDeliveries, [
      worker,
      ...keyColumns(sent),
      column('integer', ({ call }) => call),
      column('integer', ({ attempt }) => attempt),
      column('text', ({ service }) => service),
      column('text', ({ operation }) => operation),
      column('bigint', ({ sentAt }) => sentAt),
    ]);
  }

  override async read(key: InstanceKey): Promise<SentAttempt[]> {
    const rows = await this.statements.run(readDeliveries, [key.shard, key.run]);
    return rows.map((row) => ({
      key,
      call: Number(row['place']),
      attempt: Number(row['attempt']),
      service: row['service']!,
      operation: row['operation']!,
      sentAt: Number(row['sent_at']),
    }));
  }
}

import type { HostedVersion } from 'reprise/core';
import type { Statements } from './connection.js';
import { listWorkers } from './statements/list-workers.js';
import { nextDue } from './statements/next-due.js';
import { jsonOf } from './summary.js';

/** A process that runs sagas. Times in milliseconds since the epoch, by the database's clock. */
export interface LivingWorker {
  readonly id: string;
  readonly startedAt: number;
  readonly leaseUntil: number;
  readonly hosted: readonly HostedVersion[];
}

/** Who is at work on a store, and what waits for them. */
export interface StoreOverview {
  /** Now, by the database's clock. */
  readonly now: number;
  /** Oldest first. */
  readonly workers: readonly LivingWorker[];
  /** The instance that nobody runs and that is due first; in the past: since then nobody has taken it. Absent when nothing is due at all. */
  readonly due?: HostedVersion & { readonly id: string; readonly at: number };
}

export async function storeOverview(connection: Pick<Statements, 'run'>): Promise<StoreOverview> {
  const rows = await connection.run(listWorkers, []);
  const [due] = await connection.run(nextDue, []);
  return {
    now: Number(rows[0]!['now']),
    workers: rows
      .filter((row) => row['id'] !== null)
      .map((row) => ({
        id: row['id']!,
        startedAt: Number(row['started_at']),
        leaseUntil: Number(row['lease_until']),
        hosted: jsonOf(row, 'hosted') as unknown as HostedVersion[],
      })),
    ...(due && { due: { id: due['id']!, saga: due['saga']!, version: Number(due['version']), at: Number(due['at']) } }),
  };
}

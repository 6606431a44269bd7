import type {
  ClaimedInstance,
  HostedVersion,
  InstanceKey,
  InstanceSummary,
  Message,
  Released,
  Turn,
} from 'reprise/core';
import { wholeMilliseconds } from './append-batch.js';
import { keyColumns } from './appender.js';
import { binaryArray } from './binary-array.js';
import type { Row, Statements } from './connection.js';
import { awaitClaims } from './statements/await-claims.js';
import { claimDue } from './statements/claim-due.js';
import { expireWorkers } from './statements/expire-workers.js';
import { freeInstances } from './statements/free-instances.js';
import { freeOthers } from './statements/free-others.js';
import { heartbeat } from './statements/heartbeat.js';
import { leave } from './statements/leave.js';
import { readTurns } from './statements/read-turns.js';
import { readUnread } from './statements/read-unread.js';
import { releaseInstances } from './statements/release-instances.js';
import { suspectInstances } from './statements/suspect-instances.js';
import { jsonOf, summaryOf } from './summary.js';

/** Who runs what: leases, claims, mail and giving back (laws W1, W2, W4). */
export class WorkerLedger {
  constructor(private readonly connection: Pick<Statements, 'run'>) {}

  async heartbeat(worker: string, leaseMs: number, hosted: readonly HostedVersion[]): Promise<boolean> {
    const rows = await this.connection.run(heartbeat, [worker, Math.ceil(leaseMs), JSON.stringify(hosted)]);
    return rows.length === 1;
  }

  async claim(worker: string, limit: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    const [expired] = await this.connection.run(expireWorkers, []);
    if (expired?.['held'] === 't') await this.connection.run(freeInstances, []);
    const versions = binaryArray(
      'text',
      hosted.map(({ saga, version }) => `${saga} ${version}`),
    );
    const rows = await this.connection.run(claimDue, [worker, limit, versions]);
    if (rows.length === 0) return [];
    const summaries = rows.map(summaryOf);
    const turns = await this.turnsOf(summaries);
    return summaries.map((summary, index) => {
      const { losses, lost_at: lostAt } = rows[index]!;
      const lost = Number(losses) > 0 && Number(lostAt) === turns[index]!.length - 1;
      return { summary, turns: turns[index]!, ...(lost ? { losses: Number(losses) } : {}) };
    });
  }

  /** The turns of each, read in a statement after the one that took the lease. */
  async turnsOf(instances: readonly Pick<InstanceSummary, 'key'>[]): Promise<Turn[][]> {
    const turns: Turn[][] = instances.map(() => []);
    const rows = await this.connection.run(readTurns, keyColumns(instances));
    for (const row of rows) turns[Number(row['place']) - 1]!.push(turnOf(row));
    return turns;
  }

  async unread(worker: string): Promise<{ readonly key: InstanceKey; readonly messages: readonly Message[] }[]> {
    const boxes = new Map<string, { readonly key: InstanceKey; readonly messages: Message[] }>();
    for (const row of await this.connection.run(readUnread, [worker])) {
      const run = row['run']!;
      let box = boxes.get(run);
      if (!box) boxes.set(run, (box = { key: { shard: Number(row['shard']), run }, messages: [] }));
      box.messages.push(messageOf(row));
    }
    return [...boxes.values()];
  }

  async release(worker: string, instances: readonly Released[]): Promise<void> {
    if (instances.length === 0) return;
    const waits = binaryArray(
      'bigint',
      instances.map(({ wakeAfter }) => wholeMilliseconds(wakeAfter)),
    );
    const unrun = binaryArray(
      'boolean',
      instances.map((instance) => instance.unrun ?? false),
    );
    await this.connection.run(releaseInstances, [worker, ...keyColumns(instances), waits, unrun]);
  }

  async suspect(worker: string, instances: readonly InstanceKey[], suspected: boolean): Promise<void> {
    const columns = keyColumns(instances.map((key) => ({ key })));
    await this.connection.run(suspectInstances, [worker, ...columns, suspected]);
  }

  async releaseOthers(worker: string, held: readonly InstanceKey[]): Promise<void> {
    await this.connection.run(awaitClaims, [worker]);
    await this.connection.run(freeOthers, [worker, ...keyColumns(held.map((key) => ({ key })))]);
  }

  async leave(worker: string): Promise<void> {
    await this.connection.run(leave, [worker]);
  }
}

/** Arrays of sagas and versions. */
export function hostedColumns(hosted: readonly HostedVersion[]): Buffer[] {
  return [
    binaryArray(
      'text',
      hosted.map(({ saga }) => saga),
    ),
    binaryArray(
      'integer',
      hosted.map(({ version }) => version),
    ),
  ];
}

function turnOf(row: Row): Turn {
  return { at: Number(row['at']), events: jsonOf(row, 'events') as unknown as Turn['events'] };
}

function messageOf(row: Row): Message {
  return {
    id: row['id']!,
    kind: row['kind'] as Message['kind'],
    name: row['name']!,
    input: jsonOf(row, 'input') as Message['input'],
  };
}

import {
  isClosed,
  type ClaimedInstance,
  type Clock,
  type HostedVersion,
  type InstanceKey,
  type Message,
  type Released,
} from 'reprise/core';
import type { MemoryLeases } from './memory-leases.js';
import { claimedOf, hosts } from './memory-row.js';
import type { MemoryRuns } from './memory-runs.js';

/** Who runs what: claims, mail and giving back (laws W1, W2, W5). */
export class MemoryLedger {
  constructor(
    private readonly clock: Clock,
    private readonly runs: MemoryRuns,
    private readonly leases: MemoryLeases,
  ) {}

  claim(worker: string, limit: number, hosted: readonly HostedVersion[]): ClaimedInstance[] {
    const now = this.clock.now();
    this.leases.expire();
    if (this.leases.isDead(worker)) return [];
    const due = this.runs
      .all()
      .filter(
        ({ summary, owner, wakeAt }) => !owner && wakeAt <= now && !isClosed(summary.status) && hosts(hosted, summary),
      )
      .sort((a, b) => a.wakeAt - b.wakeAt)
      .slice(0, limit);
    for (const row of due) Object.assign(row, { owner: worker, wakeAt: Infinity });
    return due.map(claimedOf);
  }

  unread(worker: string): { key: InstanceKey; messages: readonly Message[] }[] {
    return this.runs
      .all()
      .filter(({ owner, messages }) => owner === worker && messages.length > 0)
      .map(({ summary, messages }) => ({ key: summary.key, messages: [...messages] }));
  }

  release(worker: string, instances: readonly Released[]): void {
    for (const released of instances) {
      const row = this.runs.get(released.key.run);
      if (row?.owner === worker) this.runs.free(row, released);
    }
  }

  suspect(worker: string, instances: readonly InstanceKey[], suspected: boolean): void {
    for (const { run } of instances) {
      const row = this.runs.get(run);
      if (row?.owner === worker) row.suspected = suspected;
    }
  }

  releaseOthers(worker: string, held: readonly InstanceKey[]): void {
    const kept = new Set(held.map(({ run }) => run));
    for (const row of this.runs.all())
      if (row.owner === worker && !kept.has(row.summary.key.run)) this.runs.free(row, { wakeAfter: 0, unrun: true });
  }
}

import type { ClaimedInstance, HistoryStore, HostedVersion, InstanceKey } from 'reprise/core';

/** How many instances one look into the store may claim. */
const CLAIM = 200;

/**
 * Claims instances, and lets none be forgotten whose claim went through without an answer: a living worker would own it and nobody
 * would run it (law W6).
 */
export class Claims {
  private unsure = false;

  /** @param held what the worker runs, or is about to begin */
  constructor(
    private readonly store: HistoryStore,
    private readonly held: () => InstanceKey[],
  ) {}

  /** @param room how many may be taken at the most */
  async take(worker: string, room: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    if (this.unsure) await this.store.releaseOthers(worker, this.held());
    this.unsure = true;
    const claimed = room > 0 ? await this.store.claim(worker, Math.min(CLAIM, room), hosted) : [];
    this.unsure = false;
    return claimed;
  }
}

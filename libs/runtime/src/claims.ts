import type { ClaimedInstance, HistoryStore, HostedVersion, InstanceKey } from 'reprise/core';
import type { Figures } from './figures/figures.js';

/** How many instances one look into the store may claim. */
const CLAIM = 200;

/**
 * Claims instances, and lets none be forgotten whose claim went through without an answer: a living worker would own it and nobody
 * would run it (law W6).
 */
export class Claims {
  private unsure = false;
  private readonly store: HistoryStore;
  private readonly figures: Figures | undefined;

  /** @param held what the worker runs, or is about to begin */
  constructor(
    { store, figures }: { readonly store: HistoryStore; readonly figures: Figures | undefined },
    private readonly held: () => InstanceKey[],
  ) {
    this.store = store;
    this.figures = figures;
  }

  /** @param room how many may be taken at the most */
  async take(worker: string, room: number, hosted: readonly HostedVersion[]): Promise<ClaimedInstance[]> {
    if (this.unsure) await this.store.releaseOthers(worker, this.held());
    this.unsure = true;
    const claimed = room > 0 ? await this.store.claim(worker, Math.min(CLAIM, room), hosted) : [];
    this.unsure = false;
    this.figures?.claimed.add(claimed.length);
    return claimed;
  }
}

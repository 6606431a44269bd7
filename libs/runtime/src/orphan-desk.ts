import { recordError, type HistoryStore, type InstanceKey, type Orphan } from 'reprise/core';
import type { EngineLog } from './engine-log.js';
import type { Figures } from './figures/figures.js';

export interface OrphanMeans {
  readonly store: HistoryStore;
  readonly log: EngineLog;
  readonly figures: Figures | undefined;
}

/** Puts answers and messages that nobody could take on record (law S7). Failing to do so is said, and harms nobody. */
export class OrphanDesk {
  constructor(private readonly means: OrphanMeans) {}

  record(key: InstanceKey, orphan: Omit<Orphan, 'key'>): void {
    const { store, log, figures } = this.means;
    const { id, reason, call, attempt } = orphan;
    figures?.orphan(reason);
    const names = { run: key.run, id, reason, call, attempt };
    log.warn('An answer or message came that nobody could take; it is on record as an orphan.', names);
    void store.recordOrphan({ key, ...orphan }).catch((error: unknown) => {
      log.error('An orphan could not be recorded.', { ...names, cause: recordError(error).message });
    });
  }
}

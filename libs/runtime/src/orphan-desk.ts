import { recordError, type HistoryStore, type InstanceKey, type Orphan } from 'reprise/core';
import type { EngineLog } from './engine-log.js';

/** Puts answers and messages that nobody could take on record (law S7). Failing to do so is said, and harms nobody. */
export class OrphanDesk {
  constructor(
    private readonly store: HistoryStore,
    private readonly log: EngineLog,
  ) {}

  record(key: InstanceKey, orphan: Omit<Orphan, 'key'>): void {
    const { id, reason, call, attempt } = orphan;
    const names = { run: key.run, id, reason, call, attempt };
    this.log.warn('An answer or message came that nobody could take; it is on record as an orphan.', names);
    void this.store.recordOrphan({ key, ...orphan }).catch((error: unknown) => {
      this.log.error('An orphan could not be recorded.', { ...names, cause: recordError(error).message });
    });
  }
}

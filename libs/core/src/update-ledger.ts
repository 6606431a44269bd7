import type { HistoryEvent } from './event.js';
import type { Reply } from './reply.js';

/** The updates that an instance has accepted, by the id of their message, with what came of them (law M3). */
export class UpdateLedger extends Map<string, Reply> {
  /** False when the event is about no update. */
  note(event: HistoryEvent): boolean {
    switch (event.type) {
      case 'UpdateAccepted':
        this.set(event.update, { stage: 'accepted' });
        return true;
      case 'UpdateCompleted':
        this.set(event.update, { stage: 'completed', result: event.result });
        return true;
      case 'UpdateFailed':
        this.set(event.update, { stage: 'failed', error: event.error });
        return true;
      default:
        return false;
    }
  }

  /** Those whose handlers have not ended. */
  open(): string[] {
    return [...this].flatMap(([update, { stage }]) => (stage === 'accepted' ? [update] : []));
  }
}

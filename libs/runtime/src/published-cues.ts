import type { CueStore, DeadLetter } from 'reprise/core';
import type { CueDesk } from './cue-desk.js';
import type { PublishOptions } from './engine-options.js';

/** Events that no instance emits, and what became of events that could not be delivered (law M6). */
export class PublishedCues {
  /** @param desk of the engine, which throws until that is open */
  constructor(
    private readonly desk: () => CueDesk,
    private readonly store: () => CueStore,
  ) {}

  /**
   * Publishes an event: it goes to all who hear it. Durable when it resolves with its id.
   * @throws SagaError `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `STORE_UNAVAILABLE`, `SHUTTING_DOWN`
   */
  async publish(event: string, payload: unknown, options: PublishOptions = {}): Promise<string> {
    return this.desk().publish(event, payload, options);
  }

  /** What was given up, oldest first, with the last cause. @param limit default 100 */
  async deadLetters(limit = 100): Promise<DeadLetter[]> {
    return this.store().deadLetters(limit);
  }

  /** Tries a dead letter again, with as much time as it had. False when there is no such letter. */
  async redeliver(cue: string, subscriber: string): Promise<boolean> {
    const found = await this.store().redeliver(cue, subscriber);
    this.desk().hint();
    return found;
  }

  /**
   * Drops a dead letter; without a cue, all that is on its way to a subscriber that is gone for good, and the subscription itself.
   * Answers how many deliveries were dropped.
   */
  async discard(subscriber: string, cue?: string): Promise<number> {
    return this.store().discard(subscriber, cue);
  }
}

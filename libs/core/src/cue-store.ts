import type { Cue, CueDelivery, CueSubscriber, CueTrace, CueWait, DeadLetter, SettledDelivery } from './cue.js';
import type { InstanceKey } from './instance-key.js';

/** A subscriber, and how many deliveries to it may begin. */
export interface CueRoom {
  readonly subscriber: string;
  readonly room: number;
}

/**
 * Cues on their way (law M6): what was published, to whom it goes, and what became of that. Reached from `HistoryStore.cues`.
 * One contract suite (`test/store/`) runs against every implementation.
 */
export abstract class CueStore {
  /** From here on these hear what stands here and nothing else; of others nothing changes. */
  abstract subscribe(subscribers: readonly CueSubscriber[]): Promise<void>;

  /**
   * Publishes, in their order, what has left with turns of a run: each goes to all who hear it now, all or nothing. Published twice it is
   * published once. Other processes are hinted at it if somebody hears it who is not among the `served`.
   * @param served subscribers to which the caller brings cues itself
   */
  abstract collect(run: InstanceKey, served?: readonly string[]): Promise<void>;
  /** The same for cues that come from elsewhere. One whose id is known is not published again. */
  abstract publish(cues: readonly Cue[], served?: readonly string[]): Promise<void>;

  /**
   * Takes deliveries that are due, for `lease` milliseconds, and counts the attempt. Of the cues of one key each subscriber gets the next
   * only when the one before has been settled for good.
   */
  abstract take(rooms: readonly CueRoom[], lease: number): Promise<CueDelivery[]>;
  /** What came of deliveries. One that was taken by somebody else in between can only be acknowledged. */
  abstract settle(settled: readonly SettledDelivery[]): Promise<void>;

  /** Notes that an instance waits, in place of what the call waited for before, and answers the oldest cue that it waits for, if that is there. */
  abstract await(wait: CueWait): Promise<Cue | undefined>;
  /** The open instances that wait for this cue. */
  abstract waiting(cue: Cue): Promise<CueWait[]>;
  /** These calls wait no longer. */
  abstract forget(waits: readonly Pick<CueWait, 'key' | 'call'>[]): Promise<void>;

  /** What became of cues that a run emitted. Those that are removed, because everybody had them, are left out. */
  abstract traces(run: InstanceKey, cues: readonly string[]): Promise<CueTrace[]>;

  /** What was given up, oldest first. */
  abstract deadLetters(limit: number): Promise<DeadLetter[]>;
  /** Tries a dead letter again, from its first attempt on; false when there is none. */
  abstract redeliver(cue: string, subscriber: string): Promise<boolean>;
  /** Takes a dead letter off the list, or a subscriber that is gone with all that is on its way to it. Answers how many were dropped. */
  abstract discard(subscriber: string, cue?: string): Promise<number>;

  /** Removes cues that are older than so many milliseconds and on their way to nobody, up to a limit. Dead letters stay. */
  abstract sweep(olderThan: number, limit: number): Promise<number>;

  /** Calls `listener` when there may be something to deliver. A hint only (law W7): it may be late, needless or missing. */
  abstract onHint(listener: () => void): () => void;
}

import type { Json } from './json.js';
import type { SchedulePlan } from './schedule-plan.js';

/**
 * - `active`: its ticks start instances.
 * - `paused`: a person stopped it; its ticks are lost.
 * - `retired`: it stood in the code, and does not any more.
 */
export type ScheduleState = 'active' | 'paused' | 'retired';

/**
 * Why a tick started nothing: `missed` nobody ran it in time, `overlap` the instance before was open, `buffer-full` another tick waited,
 * `replaced` a newer tick took its place, `paused` it waited when the schedule was paused, `failed` its input was refused or could not be made.
 */
export type SkipReason = 'missed' | 'overlap' | 'buffer-full' | 'replaced' | 'paused' | 'failed';

/** One schedule as it is kept. Times are milliseconds since the epoch, by the store's clock. */
export interface ScheduleRecord extends SchedulePlan {
  readonly name: string;
  readonly saga: string;
  /** The lowest version of the saga whose workers may run it: those of older code leave it to others. */
  readonly version: number;
  /** Whether it stands in the code or was made by a call. */
  readonly origin: 'code' | 'call';
  /** What instances are given, encoded; absent when the code gives it. */
  readonly input?: Json;
  readonly state: ScheduleState;
  /** Why it is paused. */
  readonly note?: string;
  /** The next tick; absent when there is none any more. */
  readonly nextTick?: number;
  /** A tick that waits for the end of the instance before. */
  readonly waitingTick?: number;
  /** When somebody has to look at it next. */
  readonly dueAt?: number;
  /** The last tick that was decided on. */
  readonly lastTick?: number;
  /** The instance that it started last. */
  readonly lastInstance?: string;
  /** How many instances it started. */
  readonly started: number;
  /** How many ticks started nothing. After a long outage they are counted up to 1,000. */
  readonly skipped: number;
  readonly skippedTick?: number;
  readonly skipReason?: SkipReason;
  /** Counts the changes of this record. */
  readonly revision: number;
}

/** Whose schedules a worker can run. */
export interface ScheduleReach {
  /** The newest version of each saga that it hosts. */
  readonly hosted: readonly { readonly saga: string; readonly version: number }[];
  /** The schedules that stand in its code. Others of the code are left to workers that have them. */
  readonly declared: readonly string[];
}

/**
 * Keeps schedules. Which are due is judged by the store's clock: it is one for all workers, so that a worker whose clock is fast starts no
 * tick early. A worker's own clock only decides when to look.
 *
 * Every change is conditional on the revision that its writer has read; whoever comes second reads again.
 */
export abstract class ScheduleStore {
  /** Milliseconds since the epoch, by the clock that dueness is judged by. */
  abstract now(): Promise<number>;

  /**
   * Takes up to `limit` active schedules that are due, the longest due first, and puts them off for `hold` milliseconds: until then no
   * other worker gets them, and if this one dies, another does. Answers them as they are now, with the store's time.
   */
  abstract take(
    reach: ScheduleReach,
    limit: number,
    hold: number,
  ): Promise<{ readonly now: number; readonly schedules: readonly ScheduleRecord[] }>;

  /** Milliseconds until the next schedule within reach is due, 0 when one is; null when there is none. */
  abstract nearest(reach: ScheduleReach): Promise<number | null>;

  /** Writes a schedule that is new. False: the name is taken, nothing was written. */
  abstract create(schedule: ScheduleRecord): Promise<boolean>;

  /** Writes what a schedule is now, with the next revision, if `schedule.revision` is still the stored one. False: it is not. */
  abstract change(schedule: ScheduleRecord): Promise<boolean>;

  /** False when there is none of that name. */
  abstract delete(name: string): Promise<boolean>;

  abstract get(name: string): Promise<ScheduleRecord | undefined>;

  /** Schedules in the order of their names' code points, those after `after`. */
  abstract list(after: string | undefined, limit: number): Promise<ScheduleRecord[]>;

  /** Every schedule that stood in the code of these sagas. */
  abstract ofCode(sagas: readonly string[]): Promise<ScheduleRecord[]>;

  /** The instance has ended: the schedule whose tick waits for it is due at once. True if there is one. */
  abstract hurry(instance: string): Promise<boolean>;
}

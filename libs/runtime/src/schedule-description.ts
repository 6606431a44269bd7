import type { ScheduleRecord, ScheduleState, SkipReason } from 'reprise/core';
import type { SchedulePlan } from 'reprise/core';

/** A schedule as people see it. */
export interface ScheduleDescription extends SchedulePlan {
  readonly name: string;
  /** The saga that it starts. */
  readonly saga: string;
  /** Whether it stands in the code or was made by a call. */
  readonly origin: 'code' | 'call';
  readonly state: ScheduleState;
  /** Why it is paused. */
  readonly note?: string;
  /** Absent while it is not active, and when its expression has no tick any more. */
  readonly nextTick?: Date;
  /** A tick that waits for the end of the instance before. */
  readonly waitingTick?: Date;
  /** The last tick that was decided on. */
  readonly lastTick?: Date;
  /** The id of the instance that it started last. */
  readonly lastInstance?: string;
  /** How many instances it started. */
  readonly started: number;
  /** How many ticks started nothing, and the last of them. */
  readonly skipped: number;
  readonly lastSkip?: { readonly tick: Date; readonly reason: SkipReason };
}

export function scheduleDescription(record: ScheduleRecord): ScheduleDescription {
  const { name, saga, origin, cron, timeZone, overlap, catchUp, window, state, note, started, skipped } = record;
  const { lastInstance, skippedTick, skipReason } = record;
  return {
    name,
    saga,
    origin,
    cron,
    timeZone,
    overlap,
    catchUp,
    window,
    state,
    started,
    skipped,
    ...(note === undefined ? {} : { note }),
    ...dateOf('nextTick', record.nextTick),
    ...dateOf('waitingTick', record.waitingTick),
    ...dateOf('lastTick', record.lastTick),
    ...(lastInstance === undefined ? {} : { lastInstance }),
    ...(skippedTick === undefined || !skipReason
      ? {}
      : { lastSkip: { tick: new Date(skippedTick), reason: skipReason } }),
  };
}

function dateOf(name: string, time: number | undefined): object {
  return time === undefined ? {} : { [name]: new Date(time) };
}

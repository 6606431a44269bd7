import { isScheduledId, recordError, type ScheduleReach, type ScheduleRecord } from 'reprise/core';
import { Backoff } from './backoff.js';
import { scheduleStore, type ScheduleMeans } from './schedule-means.js';
import { ScheduleTurn } from './schedule-turn.js';
import type { TickStarter } from './tick-starter.js';

/** How many schedules one look may take. */
const TAKEN = 20;
/** How long a schedule is this worker's; if it dies meanwhile, another takes it. Milliseconds. */
const HOLD = 15_000;
/** The longest sleep of a worker that polls: what another process made or changed is seen within it. Milliseconds. */
const LONGEST_SLEEP = 10_000;

/**
 * Runs what is due of the schedules (law M7), beside all other workers that do the same. Between two looks it sleeps until the next tick.
 *
 * 1. A schedule that is taken is put off; if its worker dies, it comes due again and another worker takes it.
 * 2. The id of an instance is made of the schedule's name and the tick, so that a tick that is run twice starts once (law I1).
 * 3. What became of the ticks is written only if nobody has changed the schedule since it was taken.
 */
export class ScheduleRunner {
  private reach: ScheduleReach = { hosted: [], declared: [] };
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = true;
  private cancel: (() => void) | undefined;
  /** Instances whose end a tick waits for, as far as this process knows. */
  private readonly awaited = new Set<string>();
  private readonly wait = new Backoff(100, LONGEST_SLEEP);

  constructor(
    private readonly means: ScheduleMeans,
    private readonly starter: TickStarter,
  ) {}

  begin(reach: ScheduleReach): void {
    this.reach = reach;
    this.stopped = false;
    this.look();
  }

  /** No more looks. One under way ends by itself: the engine takes no more starts. */
  halt(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** There may be something due. */
  look(): void {
    if (this.stopped) return;
    this.again = true;
    this.running ??= this.rounds().finally(() => (this.running = undefined));
  }

  /** An instance has ended here; a tick may wait for it. */
  ended(id: string): void {
    if (this.stopped || !(this.awaited.delete(id) || isScheduledId(id))) return;
    scheduleStore(this.means)
      .hurry(id)
      .then((found) => found && this.look())
      .catch(() => undefined); // It is looked at again without this, only later.
  }

  private async rounds(): Promise<void> {
    let sleep = 0;
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        sleep = await this.round();
        this.wait.reset();
      } catch (error) {
        if (!this.stopped) {
          this.means.log.warn('The store could not be asked for schedules; trying again.', {
            cause: recordError(error).message,
          });
        }
        sleep = this.wait.next();
      }
    }
    this.cancel?.();
    if (this.stopped || sleep === Infinity) return;
    const { clock } = this.means;
    this.cancel = clock.schedule(clock.now() + sleep, () => this.look());
  }

  /** Runs what is due; answers how long to sleep, in milliseconds. */
  private async round(): Promise<number> {
    const store = scheduleStore(this.means);
    const { now, schedules } = await store.take(this.reach, TAKEN, HOLD);
    // One that fails must not keep the others waiting; it is taken again when its hold is over.
    for (const schedule of schedules) if (!this.stopped) await this.runOne(schedule, now).catch(this.tell(schedule));
    if (schedules.length > 0) this.again = true;
    const longest = this.means.poll === Infinity ? Infinity : Math.max(this.means.poll, LONGEST_SLEEP);
    return this.again ? 0 : Math.min((await store.nearest(this.reach)) ?? Infinity, longest);
  }

  private async runOne(schedule: ScheduleRecord, now: number): Promise<void> {
    const turn = new ScheduleTurn(schedule, now, this.means, this.starter);
    const after = await turn.run(this.means.calendar!);
    await this.settle(schedule, after);
    if (after.waitingTick === undefined || after.lastInstance === undefined) return;
    this.awaited.add(after.lastInstance);
    // It may have ended before it was written that somebody waits for it.
    if (!(await turn.isBlocked())) await scheduleStore(this.means).hurry(after.lastInstance);
  }

  /**
   * Writes what happened. Where somebody paused or changed the schedule meanwhile, that holds, and what was started is added to it;
   * where another worker ran the same tick, its record holds.
   */
  private async settle(before: ScheduleRecord, after: ScheduleRecord): Promise<void> {
    const store = scheduleStore(this.means);
    if (await store.change(after)) return;
    for (;;) {
      const other = await store.get(before.name);
      if (!other || other.lastTick !== before.lastTick) return;
      if (await store.change(merged(before, after, other))) return;
    }
  }

  private tell({ name }: ScheduleRecord) {
    return (error: unknown): void => {
      if (this.stopped) return;
      this.means.log.warn('A schedule could not be run; it is tried again.', {
        schedule: name,
        cause: recordError(error).message,
      });
    };
  }
}

/** What a turn made of `before`, added to what others made of it. */
function merged(before: ScheduleRecord, after: ScheduleRecord, other: ScheduleRecord): ScheduleRecord {
  const { lastTick, skippedTick, skipReason, nextTick, waitingTick, dueAt } = after;
  const { nextTick: expected, cron, timeZone } = before;
  const sameTimes = other.nextTick === expected && other.cron === cron && other.timeZone === timeZone;
  return {
    ...other,
    lastTick,
    ...(after.skipped === before.skipped ? {} : { skippedTick, skipReason }),
    ...(after.lastInstance === before.lastInstance ? {} : { lastInstance: after.lastInstance }),
    started: other.started + after.started - before.started,
    skipped: other.skipped + after.skipped - before.skipped,
    ...(sameTimes ? { nextTick, waitingTick, dueAt } : {}),
  };
}

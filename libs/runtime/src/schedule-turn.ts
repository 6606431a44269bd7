import {
  dueTicks,
  isClosed,
  recordError,
  SagaError,
  shardOf,
  type CronCalendar,
  type ScheduleRecord,
  type SkipReason,
} from 'reprise/core';
import type { ScheduleMeans } from './schedule-means.js';
import type { TickStarter } from './tick-starter.js';

/** How many ticks of one schedule are started before what happened is written down. */
const AT_ONCE = 50;
/** How soon a schedule is looked at again whose tick waits for an instance, in milliseconds, if nobody tells of its end. */
const RECHECK = 30_000;

/**
 * One look at one schedule: starts, lets wait or skips what is due, and answers what to write down. Nothing is written before all of it
 * is done: after a crash in between the same ticks are decided on again, and those that were started have their ids already.
 */
export class ScheduleTurn {
  private state: ScheduleRecord;

  /** @param now milliseconds since the epoch, by the store's clock */
  constructor(
    private readonly schedule: ScheduleRecord,
    private readonly now: number,
    private readonly means: ScheduleMeans,
    private readonly starter: TickStarter,
  ) {
    this.state = schedule;
  }

  /** Rejects when the store is out of reach; the schedule stays as it was then, and is taken again. */
  async run(calendar: CronCalendar): Promise<ScheduleRecord> {
    const { waitingTick, nextTick } = this.schedule;
    if (waitingTick !== undefined && !(await this.isBlocked())) {
      this.state = { ...this.state, waitingTick: undefined };
      await this.start(waitingTick);
    }
    if (nextTick !== undefined && nextTick <= this.now) {
      const due = dueTicks(this.schedule, nextTick, this.now, calendar, AT_ONCE);
      if (due.lastMissed !== undefined) await this.miss(nextTick, due.lastMissed, due.missed, calendar);
      for (const tick of due.ticks) await this.decide(tick);
      this.state = { ...this.state, nextTick: due.next ?? undefined };
    }
    return { ...this.state, dueAt: dueAt(this.state, this.now) };
  }

  /** True while the instance before keeps a tick from starting. */
  async isBlocked(): Promise<boolean> {
    const { overlap, lastInstance } = this.state;
    if (overlap === 'allow' || lastInstance === undefined) return false;
    const before = await this.means.histories.find(shardOf(lastInstance), lastInstance);
    return before !== undefined && !isClosed(before.status);
  }

  /**
   * Leaves out ticks that nobody ran in time. A worker that died may have started one of them before it could write that down: that one
   * was not missed, and holds up the next.
   */
  private async miss(first: number, last: number, count: number, calendar: CronCalendar): Promise<void> {
    const begun = await this.begun(first, last, calendar);
    if (count > begun.length) this.skip(last, 'missed', count - begun.length);
    for (const tick of begun) await this.start(tick);
  }

  /** The first ticks from `first` to `last` that have an instance. */
  private async begun(first: number, last: number, calendar: CronCalendar): Promise<number[]> {
    const { cron, timeZone } = this.schedule;
    const ids = new Map<string, number>();
    let looked = 0;
    for (let tick: number | null = first; tick !== null && tick <= last && looked < AT_ONCE; looked++) {
      const id = this.starter.idOf(this.schedule, tick);
      if (id !== undefined) ids.set(id, tick);
      tick = calendar.next(cron, timeZone, tick);
    }
    const found = await this.means.histories.findMany([...ids.keys()].map((id) => ({ id, shard: shardOf(id) })));
    return found.map(({ id }) => ids.get(id)!).sort((one, two) => one - two);
  }

  private async decide(tick: number): Promise<void> {
    const { overlap, waitingTick } = this.state;
    if (waitingTick === undefined && !(await this.isBlocked())) return this.start(tick);
    if (overlap === 'cancel') {
      await this.cancelBefore();
      if (waitingTick !== undefined) this.skip(waitingTick, 'replaced');
    } else if (overlap !== 'buffer' || waitingTick !== undefined) {
      return this.skip(tick, overlap === 'buffer' ? 'buffer-full' : 'overlap');
    }
    this.state = { ...this.state, waitingTick: tick, lastTick: tick };
  }

  private async start(tick: number): Promise<void> {
    const { name, started } = this.state;
    try {
      const lastInstance = await this.starter.ofTick(this.schedule, tick);
      this.state = { ...this.state, lastInstance, started: started + 1, lastTick: tick };
    } catch (error) {
      if (isPassing(error)) throw error;
      this.means.log.error('A tick of a schedule could not start its instance; it is skipped.', {
        schedule: name,
        tick: new Date(tick).toISOString(),
        cause: recordError(error).message,
      });
      this.skip(tick, 'failed');
    }
  }

  private skip(skippedTick: number, skipReason: SkipReason, count = 1): void {
    const { skipped, lastTick } = this.state;
    this.state = {
      ...this.state,
      skipped: skipped + count,
      skippedTick,
      skipReason,
      lastTick: Math.max(lastTick ?? skippedTick, skippedTick),
    };
  }

  private async cancelBefore(): Promise<void> {
    const { name, lastInstance } = this.state;
    try {
      await this.means.engine.cancel(lastInstance!, `The next tick of schedule "${name}" is due.`);
    } catch (error) {
      // It has ended by itself meanwhile.
      if (isPassing(error)) throw error;
    }
  }
}

function dueAt({ waitingTick, nextTick }: ScheduleRecord, now: number): number | undefined {
  if (waitingTick === undefined) return nextTick;
  return Math.min(nextTick ?? Infinity, now + RECHECK);
}

const PASSING: ReadonlySet<string> = new Set(['STORE_UNAVAILABLE', 'SHUTTING_DOWN']);

function isPassing(error: unknown): boolean {
  return error instanceof SagaError && PASSING.has(error.code);
}

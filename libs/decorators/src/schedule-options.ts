import type { SchedulePlanOptions } from 'reprise/core';

/** What `@Schedule` takes beside the expression. */
export interface ScheduleOptions<Input = unknown> extends SchedulePlanOptions {
  /**
   * What the schedule is kept under, unique among all schedules; 1 to 150 characters. Default: the saga's name and the expression, and the
   * time zone unless that is UTC. Named, it stays the same schedule when its expression changes.
   */
  readonly name?: string;
  /** What an instance is given: a value, or a function of the tick. May be left out where `run()` does without. */
  readonly input?: Input | ((tick: Date) => Input);
  /** The id of a tick's instance, the same for one tick each time. Default `schedule:NAME:TICK`. */
  readonly id?: (tick: Date) => string;
}

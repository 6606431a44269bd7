import type { SchedulePlanOptions } from 'reprise/core';

/** A schedule to make at run time. */
export interface NewSchedule<Input = unknown> extends SchedulePlanOptions {
  /** What it is kept under, unique among all schedules; 1 to 150 characters. */
  readonly name: string;
  /** A cron expression of five fields, or six with seconds, or `@daily` and the like. */
  readonly cron: string;
  /** What every instance is given. */
  readonly input?: Input;
}

/** What is to be different; what is left out stays. */
export interface ScheduleChanges<Input = unknown> extends SchedulePlanOptions {
  readonly cron?: string;
  readonly input?: Input;
}

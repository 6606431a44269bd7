import {
  checkSchedulePlan,
  encodePayload,
  SagaError,
  schedulePlan,
  type CronCalendar,
  type SagaDefinition,
  type ScheduleReach,
  type ScheduleRecord,
} from 'reprise/core';
import type { EngineOptions } from './engine-options.js';
import type { HostedSagas } from './hosted-saga.js';
import { changed, fromNow, paused, resumed } from './schedule-changes.js';
import { declareSchedules, nameTaken, noCalendar } from './schedule-declarations.js';
import { scheduleDescription, type ScheduleDescription } from './schedule-description.js';
import {
  inputBinding,
  scheduleMeans,
  scheduleStore,
  type ScheduledEngine,
  type ScheduleMeans,
} from './schedule-means.js';
import type { NewSchedule, ScheduleChanges } from './schedule-orders.js';
import { ScheduleRunner } from './schedule-runner.js';
import { TickStarter } from './tick-starter.js';

/** The most instances that one call of `backfill` starts. */
const LONGEST_BACKFILL = 1_000;

/** The schedules of an engine: made, changed and looked at here; run in every process that has their sagas. */
export class Schedules {
  private readonly means: ScheduleMeans;
  private readonly starter: TickStarter;
  private readonly runner: ScheduleRunner;
  private reach: ScheduleReach | undefined;

  constructor(engine: ScheduledEngine, options: EngineOptions, sagas: HostedSagas) {
    this.means = scheduleMeans(engine, options, sagas);
    this.starter = new TickStarter(this.means);
    this.runner = new ScheduleRunner(this.means, this.starter);
  }

  /**
   * Writes the schedules that stand on the hosted classes. For the engine.
   * @throws SagaError `INVALID_CONFIGURATION` without a calendar, `INVALID_SCHEDULE`, `SCHEDULE_CONFLICT`
   */
  async declare(): Promise<void> {
    if (this.means.sagas.size > 0) this.reach = await declareSchedules(this.means);
  }

  /** Begins to run what is due. For the engine. */
  begin(): void {
    if (this.means.calendar && this.reach) this.runner.begin(this.reach);
  }

  /** No tick is begun any more. For the engine. */
  halt(): void {
    this.runner.halt();
  }

  /** An instance has ended here. For the engine. */
  ended(id: string): void {
    this.runner.ended(id);
  }

  /**
   * Makes a schedule that starts instances from its next tick on; durable when it resolves.
   * @throws SagaError `INVALID_SCHEDULE`, `SCHEDULE_CONFLICT` when the name is taken, `INVALID_DURATION`, `INVALID_INPUT`,
   *   `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
   */
  async create(definition: SagaDefinition, order: NewSchedule): Promise<ScheduleDescription> {
    const { name, cron, input, ...options } = order;
    const plan = schedulePlan(cron, options);
    const calendar = this.calendar();
    checkSchedulePlan(name, plan, calendar);
    const fresh = { state: 'active', started: 0, skipped: 0, revision: 0, origin: 'call' } as const;
    const owner = { saga: definition.name, version: definition.version };
    const encoded = await this.encoded(definition, name, input);
    const record = fromNow({ name, ...owner, ...fresh, ...plan, input: encoded }, calendar, await this.now());
    if (!(await scheduleStore(this.means).create(record))) throw nameTaken(await this.find(name));
    this.runner.look();
    return scheduleDescription(record);
  }

  /**
   * Changes a schedule that was made by a call. A new expression or time zone counts from now on.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that stands in the code or starts another saga, and as `create`
   */
  async update(definition: SagaDefinition, name: string, changes: ScheduleChanges): Promise<ScheduleDescription> {
    const calendar = this.calendar();
    const input = 'input' in changes ? { input: await this.encoded(definition, name, changes.input) } : {};
    return this.change(name, (known, now) => {
      if (known.origin === 'code' || known.saga !== definition.name) throw nameTaken(known);
      return { ...changed(known, changes, calendar, now), ...input, version: definition.version };
    });
  }

  /** @throws SagaError `UNKNOWN_SCHEDULE` */
  async get(name: string): Promise<ScheduleDescription> {
    return scheduleDescription(await this.find(name));
  }

  /** Schedules of the code and by calls, by name, those after `after`; 100 by default. */
  async list(options: { readonly after?: string; readonly limit?: number } = {}): Promise<ScheduleDescription[]> {
    const found = await scheduleStore(this.means).list(options.after, options.limit ?? 100);
    return found.map(scheduleDescription);
  }

  /** The next ticks by the calendar, from now on. @throws SagaError `UNKNOWN_SCHEDULE` */
  async upcoming(name: string, count = 5): Promise<Date[]> {
    const { cron, timeZone } = await this.find(name);
    return this.ticks(cron, timeZone, await this.now(), Infinity, count).map((tick) => new Date(tick));
  }

  /** Its ticks are lost until `resume`. What it has started goes on. @param note why, for the record */
  async pause(name: string, note?: string): Promise<ScheduleDescription> {
    return this.change(name, (known) => paused(known, note));
  }

  /** Goes on with the next tick from now. @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that left the code */
  async resume(name: string): Promise<ScheduleDescription> {
    const calendar = this.calendar();
    return this.change(name, (known, now) => resumed(known, calendar, now));
  }

  /**
   * Starts an instance at once, beside the ticks and whatever `overlap` says; also of a paused schedule. The next tick sees it as the
   * instance before.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `UNKNOWN_SAGA` when this process does not run the saga, and as `SagaEngine.start`
   */
  async trigger(name: string): Promise<string> {
    const id = await this.starter.now(await this.find(name), await this.now());
    await this.change(name, (known) => ({ ...known, lastInstance: id, started: known.started + 1 }));
    return id;
  }

  /**
   * Starts an instance for every tick from `from` to `to`, at most until now, whatever `overlap` says. A tick that was run already, or in
   * an earlier call, keeps its instance. Answers the ids, oldest first.
   * @throws SagaError `INVALID_SCHEDULE` for more than 1,000 ticks; `UNKNOWN_SCHEDULE`, `UNKNOWN_SAGA`, and as `SagaEngine.start`
   */
  async backfill(name: string, from: Date, to: Date): Promise<string[]> {
    const known = await this.find(name);
    const until = Math.min(to.getTime(), await this.now());
    const ticks = this.ticks(known.cron, known.timeZone, from.getTime() - 1, until, LONGEST_BACKFILL + 1);
    if (ticks.length > LONGEST_BACKFILL) {
      throw new SagaError(
        'INVALID_SCHEDULE',
        `Schedule "${name}" has more than ${LONGEST_BACKFILL} ticks in that time.`,
        'Nothing was started; fill it in parts.',
      );
    }
    const ids: string[] = [];
    for (const tick of ticks) ids.push(await this.starter.ofTick(known, tick));
    return ids;
  }

  /**
   * Forgets a schedule. What it has started goes on.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that stands in the code
   */
  async delete(name: string): Promise<void> {
    const known = await this.find(name);
    if (known.origin === 'code' && this.means.sagas.newest(known.saga)?.schedules?.some((s) => s.name === name)) {
      throw nameTaken(known);
    }
    await scheduleStore(this.means).delete(name);
  }

  private calendar(): CronCalendar {
    if (this.means.calendar) return this.means.calendar;
    throw noCalendar('A schedule was asked for, but there is no calendar.');
  }

  private now(): Promise<number> {
    return scheduleStore(this.means).now();
  }

  private async find(name: string): Promise<ScheduleRecord> {
    const found = await scheduleStore(this.means).get(name);
    if (found) return found;
    throw new SagaError('UNKNOWN_SCHEDULE', `There is no schedule "${name}".`, 'Check the name; list() has them all.');
  }

  private async change(
    name: string,
    alter: (known: ScheduleRecord, now: number) => ScheduleRecord,
  ): Promise<ScheduleDescription> {
    for (;;) {
      const altered = alter(await this.find(name), await this.now());
      if (!(await scheduleStore(this.means).change(altered))) continue;
      this.runner.look();
      return scheduleDescription(altered);
    }
  }

  /** Ticks after `after` and up to `until`, in milliseconds since the epoch. */
  private ticks(cron: string, timeZone: string, after: number, until: number, count: number): number[] {
    const calendar = this.calendar();
    const ticks: number[] = [];
    for (let tick = calendar.next(cron, timeZone, after); tick !== null && tick <= until && ticks.length < count;) {
      ticks.push(tick);
      tick = calendar.next(cron, timeZone, tick);
    }
    return ticks;
  }

  private async encoded(definition: SagaDefinition, name: string, input: unknown): Promise<ScheduleRecord['input']> {
    const encoded = encodePayload(input, `the input of schedule "${name}"`, this.means.payloadLimit);
    await definition.validate(input);
    return this.means.codec.encode(encoded, inputBinding(name));
  }
}

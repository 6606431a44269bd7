import { Inject, Injectable } from '@nestjs/common';
import { sagaDefinition, type RunnableSaga, type SagaClass, type SagaInput } from 'reprise/decorators';
import type { NewSchedule, ScheduleChanges, ScheduleDescription, Schedules } from 'reprise/runtime';
import { SagaRegistrar } from './saga.registrar.js';

/** The input may be left out where `run()` does without. */
type WithInput<Input> = undefined extends Input ? unknown : { readonly input: Input };

/**
 * Schedules at run time (law M7): those that `@Schedule` declares, and those made here. Inject it anywhere.
 *
 * @example
 * await this.schedules.create(SendReport, { name: `report-${id}`, cron: '0 7 * * MON', timeZone: 'Europe/Berlin', input: { id } });
 */
@Injectable()
export class SagaSchedules {
  constructor(@Inject(SagaRegistrar) private readonly registrar: SagaRegistrar) {}

  /**
   * Makes a schedule that starts instances from its next tick on; durable when it resolves.
   * @throws SagaError `INVALID_SCHEDULE`, `SCHEDULE_CONFLICT` when the name is taken, `INVALID_DURATION`, `INVALID_INPUT`,
   *   `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
   */
  async create<T extends RunnableSaga>(
    sagaClass: SagaClass<T>,
    order: NewSchedule<SagaInput<T>> & WithInput<SagaInput<T>>,
  ): Promise<ScheduleDescription> {
    return (await this.schedules()).create(sagaDefinition(sagaClass), order);
  }

  /**
   * Changes a schedule that was made by `create`. A new expression or time zone counts from now on; what is left out stays.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that stands in the code or starts another saga, and as `create`
   */
  async update<T extends RunnableSaga>(
    sagaClass: SagaClass<T>,
    name: string,
    changes: ScheduleChanges<SagaInput<T>>,
  ): Promise<ScheduleDescription> {
    return (await this.schedules()).update(sagaDefinition(sagaClass), name, changes);
  }

  /** @throws SagaError `UNKNOWN_SCHEDULE` */
  async get(name: string): Promise<ScheduleDescription> {
    return (await this.schedules()).get(name);
  }

  /** All schedules by name, those after `after`; 100 by default. */
  async list(options: { readonly after?: string; readonly limit?: number } = {}): Promise<ScheduleDescription[]> {
    return (await this.schedules()).list(options);
  }

  /** The next ticks by the calendar, from now on; 5 by default. @throws SagaError `UNKNOWN_SCHEDULE` */
  async upcoming(name: string, count?: number): Promise<Date[]> {
    return (await this.schedules()).upcoming(name, count);
  }

  /** Its ticks are lost until `resume`. What it has started goes on. @param note why, for the record */
  async pause(name: string, note?: string): Promise<ScheduleDescription> {
    return (await this.schedules()).pause(name, note);
  }

  /** Goes on with the next tick from now. @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that left the code */
  async resume(name: string): Promise<ScheduleDescription> {
    return (await this.schedules()).resume(name);
  }

  /**
   * Starts an instance at once, beside the ticks and whatever `overlap` says; answers its id.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `UNKNOWN_SAGA` when this process does not run the saga, and as `SagaClient.start`
   */
  async trigger(name: string): Promise<string> {
    return (await this.schedules()).trigger(name);
  }

  /**
   * Starts an instance for every tick from `from` to `to`, at most until now, whatever `overlap` says. A tick that was run already keeps
   * its instance. Answers the ids, oldest first.
   * @throws SagaError `INVALID_SCHEDULE` for more than 1,000 ticks; `UNKNOWN_SCHEDULE`, `UNKNOWN_SAGA`, and as `SagaClient.start`
   */
  async backfill(name: string, from: Date, to: Date): Promise<string[]> {
    return (await this.schedules()).backfill(name, from, to);
  }

  /**
   * Forgets a schedule. What it has started goes on.
   * @throws SagaError `UNKNOWN_SCHEDULE`, `SCHEDULE_CONFLICT` for one that stands in the code
   */
  async delete(name: string): Promise<void> {
    return (await this.schedules()).delete(name);
  }

  private async schedules(): Promise<Schedules> {
    return (await this.registrar.started()).schedules;
  }
}

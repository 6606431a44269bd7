import type { Refusal } from './refusal.js';
import type { SagaClass, SagaInput } from './saga-class.js';
import { writeSchedule } from './saga-metadata.js';
import type { ScheduleOptions } from './schedule-options.js';
import type { Unstorable } from './storable.js';

/** A value as it is written in the decorator is inferred as constant; `run()` need not know. */
type Mutable<T> = T extends Date | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | Uint8Array
  ? T
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** Refuses a schedule whose instances would not get what `run()` takes, with the reason. */
export type ScheduleCheck<T, Input> = [Mutable<Input>] extends [SagaInput<T>]
  ? [Unstorable<Input>] extends [never]
    ? unknown
    : Refusal<`the schedule's input holds ${Unstorable<Input>}, which history cannot store`>
  : [Input] extends [undefined]
    ? Refusal<'run() takes an input: give the schedule one'>
    : Refusal<"the schedule's input is not what run() takes">;

/**
 * Starts the saga again and again (law M7): each tick starts one instance, whichever worker runs it. May stand several times on a class.
 * Where the saga's schema turns one type into another, `input` is what goes into the schema; it is then given as `any`.
 *
 * @param cron five fields, or six with seconds, or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`
 * @example
 * \@Schedule('0 3 1 * *', { timeZone: 'Europe/Berlin', input: (tick) => ({ month: tick.toISOString().slice(0, 7) }) })
 */
export function Schedule<const Input = undefined>(cron: string, options?: ScheduleOptions<Input>) {
  return <C extends SagaClass>(sagaClass: C & ScheduleCheck<InstanceType<C>, Input>): void =>
    writeSchedule(sagaClass, { cron, options: options ?? {} });
}

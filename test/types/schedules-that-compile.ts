import { Saga, Schedule, type SagaContext, type SagaSchedules } from 'reprise';
import { z } from 'zod';

interface Charge {
  month: string;
  kind: 'new' | 'old';
  lines: { sku: string }[];
}

@Schedule('@daily', { input: { month: '2030-01', kind: 'new', lines: [{ sku: 'a' }] } })
@Schedule('@daily', { name: 'by function', input: (tick) => ({ month: tick.toISOString(), kind: 'old', lines: [] }) })
@Saga({ name: 'charge' })
export class ChargeSaga {
  async run(_charge: Charge, _saga: SagaContext) {}
}

@Schedule('@daily')
@Schedule('0 3 * * *', { timeZone: 'Europe/Berlin', overlap: 'buffer', catchUp: 'all', window: '2 hours' })
@Saga({ name: 'no.input' })
export class NoInput {
  async run() {}
}

@Schedule('@daily', { input: 5 })
@Schedule('@weekly', { input: undefined })
@Saga({ name: 'optional.input' })
export class OptionalInput {
  async run(_times?: number) {}
}

@Schedule('@daily', { input: new Date(0) })
@Schedule('@weekly', { input: (tick) => tick })
@Saga({ name: 'date' })
export class DateInput {
  async run(_at: Date) {}
}

// What goes into a schema that turns one type into another is not what run() takes.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the documented way
@Schedule('@daily', { input: (tick): any => ({ at: tick.toISOString() }) })
@Saga({ name: 'transformed', input: z.object({ at: z.string().transform((text) => new Date(text)) }) })
export class Transformed {
  async run(_order: { at: Date }) {}
}

export async function atRunTime(schedules: SagaSchedules) {
  await schedules.create(NoInput, { name: 'a', cron: '@daily' });
  await schedules.create(ChargeSaga, { name: 'b', cron: '@daily', input: { month: '1', kind: 'new', lines: [] } });
  await schedules.update(ChargeSaga, 'b', { cron: '@weekly' });
}

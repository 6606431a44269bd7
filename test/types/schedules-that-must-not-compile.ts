import { Saga, Schedule, type SagaSchedules } from 'reprise';

// @ts-expect-error run() takes an input
@Schedule('@daily')
@Saga({ name: 'no.input.given' })
export class NoInputGiven {
  async run(_order: { id: string }) {}
}

// @ts-expect-error the input is not what run() takes
@Schedule('@daily', { input: { id: 5 } })
@Saga({ name: 'wrong.input.given' })
export class WrongInputGiven {
  async run(_order: { id: string }) {}
}

// @ts-expect-error what the function answers is not what run() takes
@Schedule('@daily', { input: (tick) => ({ id: tick.getTime() }) })
@Saga({ name: 'wrong.input.made' })
export class WrongInputMade {
  async run(_order: { id: string }) {}
}

// @ts-expect-error there is no such policy
@Schedule('@daily', { overlap: 'queue' })
@Saga({ name: 'wrong.policy' })
export class WrongPolicy {
  async run() {}
}

// @ts-expect-error a misspelt duration
@Schedule('@daily', { window: '3 weeks' })
@Saga({ name: 'wrong.window' })
export class WrongWindow {
  async run() {}
}

export async function atRunTime(schedules: SagaSchedules) {
  // @ts-expect-error the saga needs an input
  await schedules.create(NoInputGiven, { name: 'a', cron: '@daily' });
  // @ts-expect-error another input
  await schedules.create(NoInputGiven, { name: 'a', cron: '@daily', input: { id: 5 } });
  // @ts-expect-error another input
  await schedules.update(NoInputGiven, 'a', { input: 5 });
}

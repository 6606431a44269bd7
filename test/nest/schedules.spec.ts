import { Injectable } from '@nestjs/common';
import { Saga, SagaModule, SagaSchedules, Schedule } from 'reprise';
import { cron } from 'reprise/cron';
import { z } from 'zod';
import { application, closeApplications, memoryStore, started } from './application.js';

@Schedule('0 3 * * *', { name: 'nightly', timeZone: 'Europe/Berlin' })
@Saga({ name: 'tidy' })
class Tidy {
  async run() {
    return 'tidy';
  }
}

@Saga({ name: 'greet' })
class Greet {
  async run({ name }: { name: string }) {
    return `hello ${name}`;
  }
}

@Injectable()
class Office {
  constructor(readonly schedules: SagaSchedules) {}
}

async function mistakes(providers: (new () => object)[], options: object = {}): Promise<string> {
  const app = await application({
    imports: [SagaModule.forRoot({ store: memoryStore(), ...options })],
    providers,
  });
  return app.init().then(
    () => 'none',
    (error: Error) => error.message,
  );
}

describe('schedules in an application', () => {
  afterEach(closeApplications);

  it('M7 are declared on classes and made by calls, and injected anywhere', async () => {
    const app = await started({
      imports: [SagaModule.forRoot({ store: memoryStore(), calendar: cron() })],
      providers: [Tidy, Greet, Office],
    });
    const { schedules } = app.get(Office);
    expect(await schedules.list()).toMatchObject([{ name: 'nightly', saga: 'tidy', origin: 'code', state: 'active' }]);
    await schedules.create(Greet, { name: 'greeting', cron: '@yearly', input: { name: 'Ada' } });
    const id = await schedules.trigger('greeting');
    expect(await schedules.get('greeting')).toMatchObject({ started: 1, lastInstance: id, origin: 'call' });
    expect(await schedules.upcoming('nightly')).toHaveLength(5);
  });

  it('M7 are run by a process with a worker, and made by one without', async () => {
    const store = memoryStore();
    const client = await started({
      imports: [SagaModule.forRoot({ store, calendar: cron(), worker: false })],
      providers: [Greet],
    });
    await client.get(SagaSchedules).create(Greet, { name: 'greeting', cron: '@yearly', input: { name: 'Ada' } });
    await expect(client.get(SagaSchedules).trigger('greeting')).rejects.toMatchObject({ code: 'UNKNOWN_SAGA' });
    const worker = await started({
      imports: [SagaModule.forRoot({ store, calendar: cron() })],
      providers: [Greet],
    });
    await expect(worker.get(SagaSchedules).trigger('greeting')).resolves.toContain('schedule:greeting:');
  });

  it('M7 report all their mistakes at once, by class', async () => {
    @Schedule('61 * * * *')
    @Schedule('@daily', { timeZone: 'Berlin' })
    @Schedule('@daily', { name: 'same', window: '3 weeks' as '3 days' })
    @Schedule('@weekly', { name: 'same', overlap: 'queue' as 'skip' })
    @Saga({ name: 'wrong' })
    class Wrong {
      async run() {}
    }
    @(Schedule('@daily') as ClassDecorator)
    @(Schedule('@weekly', { input: { id: 5 } }) as ClassDecorator)
    @Saga({ name: 'needs.input', input: z.object({ id: z.string() }) })
    class NeedsInput {
      async run(_order: { id: string }) {}
    }
    const message = await mistakes([Wrong, NeedsInput], { calendar: cron() });
    for (const part of [
      'Wrong: @Schedule("61 * * * *"): "61 * * * *" is not a cron expression',
      'Wrong: @Schedule("@daily"): "Berlin" is not a time zone',
      '"3 weeks" is not a duration',
      'Wrong: @Schedule("@weekly"): overlap is "queue"',
      'another one has the name "same" already',
      'NeedsInput: @Schedule("@daily"): it has no input, which the saga needs',
      'NeedsInput: @Schedule("@weekly"): its input is not valid',
    ]) {
      expect(message).toContain(part);
    }
    expect(message).toMatch(/^7 mistakes/);
  });

  it('M7 say what to install when there is no calendar', async () => {
    expect(await mistakes([Tidy])).toContain(
      'Tidy: it has a @Schedule, but there is no calendar; install the package croner',
    );
  });

  it('M7 may not share a name between two sagas', async () => {
    @Schedule('@daily', { name: 'nightly' })
    @Saga({ name: 'another' })
    class Another {
      async run() {}
    }
    expect(await mistakes([Tidy, Another], { calendar: cron() })).toContain(
      'Another: its schedule has the name of one of Tidy ("nightly")',
    );
  });
});

import { encodePayload, SagaError, type SagaContext } from 'reprise/core';
import { cron } from 'reprise/cron';
import { Compensate, Saga, sagaDefinition, Schedule, Signal, Step } from 'reprise/decorators';
import { sampleCodec } from '../store/sample-codec.js';
import { Lab } from './lab.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const calendar = cron();

@Schedule('0 6 1 * *', {
  name: 'subscriptions',
  timeZone: 'Europe/Berlin',
  input: (tick) => ({ month: tick.toISOString().slice(0, 7) }),
})
@Saga({ name: 'subscription.charge' })
class ChargeSubscription {
  @Step() async charge(_month: string): Promise<void> {}
  async run({ month }: { month: string }): Promise<string> {
    await this.charge(month);
    return month;
  }
}

/** Lasts until it is told to finish. */
abstract class LongJob {
  private finished = false;
  @Step() async begin(): Promise<void> {}
  @Compensate('begin') async takeBack(): Promise<void> {}
  @Signal() finish(): void {
    this.finished = true;
  }
  async run(_input: undefined, saga: SagaContext): Promise<void> {
    await this.begin();
    await saga.until(() => this.finished);
  }
}

@Schedule('0 * * * *', { name: 'job' })
@Saga({ name: 'job.skip' })
class SkippingJob extends LongJob {}

@Schedule('0 * * * *', { name: 'job', overlap: 'allow' })
@Saga({ name: 'job.allow' })
class AllowingJob extends LongJob {}

@Schedule('0 * * * *', { name: 'job', overlap: 'buffer' })
@Saga({ name: 'job.buffer' })
class BufferingJob extends LongJob {}

@Schedule('0 * * * *', { name: 'job', overlap: 'cancel' })
@Saga({ name: 'job.cancel' })
class CancellingJob extends LongJob {}

function hourly(catchUp: 'none' | 'last' | 'all', window?: '3 hours') {
  @Schedule('0 * * * *', { name: 'hourly', overlap: 'allow', catchUp, ...(window ? { window } : {}) })
  @Saga({ name: 'hourly' })
  class Hourly {
    async run(): Promise<void> {}
  }
  return Hourly;
}

/** The id of the tick of a schedule so many hours after the beginning of the lab's time. */
const jobAt = (hour: number, name = 'job'): string =>
  `schedule:${name}:2030-01-01T${String(hour).padStart(2, '0')}:00:00Z`;

async function statuses(lab: Lab, ...hours: number[]): Promise<(string | undefined)[]> {
  const found = hours.map((hour) => lab.status(jobAt(hour)).catch(() => undefined));
  return Promise.all(found);
}

describe('M7 a schedule', () => {
  it('M7 charges a subscription once a month for 24 months, at six in the morning, summer and winter', async () => {
    const lab = new Lab();
    const charged: string[] = [];
    await lab.open([ChargeSubscription], {
      calendar,
      bodies: { charge: ([month]) => void charged.push(String(month)) },
    });
    await lab.advance(730 * DAY);
    expect(charged).toHaveLength(24);
    expect(new Set(charged).size).toBe(24);
    expect(charged.slice(0, 3)).toEqual(['2030-01', '2030-02', '2030-03']);
    expect(await lab.result(ChargeSubscription, 'schedule:subscriptions:2030-02-01T05:00:00Z')).toBe('2030-02');
    expect(await lab.result(ChargeSubscription, 'schedule:subscriptions:2030-07-01T04:00:00Z')).toBe('2030-07');
    expect(await lab.engine.schedules.get('subscriptions')).toMatchObject({ started: 24, skipped: 0 });
    await lab.engine.crash();
  });

  it('M7 gives the instances of a schedule the ids that it makes of ticks', async () => {
    @Schedule('@daily', { name: 'report', id: (tick) => `report-${tick.toISOString().slice(0, 10)}` })
    @Saga({ name: 'report' })
    class Report {
      async run(): Promise<string> {
        return 'done';
      }
    }
    const lab = new Lab();
    await lab.open([Report], { calendar });
    await lab.advance(2 * DAY);
    expect(await lab.result(Report, 'report-2030-01-03')).toBe('done');
    await lab.engine.crash();
  });

  it('M7 skips and counts a tick whose input cannot be made, and goes on with the next', async () => {
    @Schedule('0 * * * *', {
      name: 'job',
      input: (tick) => {
        if (tick.getUTCHours() === 1) throw new Error('no rates at one');
        return tick.getUTCHours();
      },
    })
    @Saga({ name: 'fails.once' })
    class FailsOnce {
      async run(hour: number): Promise<number> {
        return hour;
      }
    }
    const lab = new Lab();
    await lab.open([FailsOnce], { calendar });
    await lab.advance(2 * HOUR);
    expect(await statuses(lab, 1, 2)).toEqual([undefined, 'completed']);
    expect(await lab.engine.schedules.get('job')).toMatchObject({
      started: 1,
      skipped: 1,
      lastSkip: { tick: new Date('2030-01-01T01:00:00Z'), reason: 'failed' },
    });
    expect(lab.warnings.join()).toContain('could not start its instance');
    await lab.engine.crash();
  });
});

describe('M7 when the instance before is still open', () => {
  it('M7 skip leaves the tick out, and says so', async () => {
    const lab = new Lab();
    await lab.open([SkippingJob], { calendar });
    await lab.advance(3 * HOUR);
    expect(await statuses(lab, 1, 2, 3)).toEqual(['running', undefined, undefined]);
    await lab.engine.signal(jobAt(1), 'finish', []);
    await lab.advance(HOUR);
    expect(await statuses(lab, 1, 4)).toEqual(['completed', 'running']);
    expect(await lab.engine.schedules.get('job')).toMatchObject({
      started: 2,
      skipped: 2,
      lastSkip: { tick: new Date('2030-01-01T03:00:00Z'), reason: 'overlap' },
    });
    await lab.engine.crash();
  });

  it('M7 allow starts beside it', async () => {
    const lab = new Lab();
    await lab.open([AllowingJob], { calendar });
    await lab.advance(3 * HOUR);
    expect(await statuses(lab, 1, 2, 3)).toEqual(['running', 'running', 'running']);
    await lab.engine.crash();
  });

  it('M7 buffer lets one tick wait and starts it when the other has ended', async () => {
    const lab = new Lab();
    await lab.open([BufferingJob], { calendar });
    await lab.advance(3 * HOUR);
    expect(await statuses(lab, 1, 2, 3)).toEqual(['running', undefined, undefined]);
    expect(await lab.engine.schedules.get('job')).toMatchObject({
      waitingTick: new Date('2030-01-01T02:00:00Z'),
      lastSkip: { tick: new Date('2030-01-01T03:00:00Z'), reason: 'buffer-full' },
    });
    await lab.engine.signal(jobAt(1), 'finish', []);
    await lab.calm();
    expect(await statuses(lab, 1, 2, 3)).toEqual(['completed', 'running', undefined]);
    expect((await lab.engine.schedules.get('job')).waitingTick).toBeUndefined();
    await lab.engine.crash();
  });

  it('M7 buffer notices an end that nobody told it of', async () => {
    const lab = new Lab();
    const engine = await lab.open([BufferingJob], { calendar });
    await lab.advance(2 * HOUR);
    engine.schedules.halt();
    await lab.engine.signal(jobAt(1), 'finish', []);
    await lab.calm();
    expect(await statuses(lab, 1, 2)).toEqual(['completed', undefined]);
    const second = await lab.second([BufferingJob], { calendar });
    await lab.advance(MINUTE);
    expect(await statuses(lab, 2)).toEqual(['running']);
    await Promise.all([engine.crash(), second.crash()]);
  });

  it('M7 cancel ends the other, undo included, and then starts', async () => {
    const lab = new Lab();
    let undo: () => void = () => undefined;
    const bodies = { takeBack: () => new Promise<void>((resolve) => (undo = resolve)) };
    await lab.open([CancellingJob], { calendar, bodies });
    await lab.advance(2 * HOUR);
    expect(await statuses(lab, 1, 2)).toEqual(['compensating', undefined]);
    undo();
    await lab.calm();
    expect(await statuses(lab, 1, 2)).toEqual(['cancelled', 'running']);
    await lab.engine.crash();
  });

  it('M7 cancel lets the newest tick wait when the undo takes longer than a tick', async () => {
    const lab = new Lab();
    let undo: () => void = () => undefined;
    // The undo is tried again when its time is up; the attempt that counts is the last one.
    const bodies = { takeBack: () => new Promise<void>((resolve) => (undo = resolve)) };
    await lab.open([CancellingJob], { calendar, bodies });
    await lab.advance(3 * HOUR);
    undo();
    await lab.advance(20 * MINUTE);
    undo();
    await lab.calm();
    expect(await statuses(lab, 1, 2, 3)).toEqual(['cancelled', undefined, 'running']);
    expect(await lab.engine.schedules.get('job')).toMatchObject({
      skipped: 1,
      lastSkip: { tick: new Date('2030-01-01T02:00:00Z'), reason: 'replaced' },
    });
    await lab.engine.crash();
  });
});

describe('M7 when nobody ran a schedule for five and a half hours', () => {
  async function afterOutage(catchUp: 'none' | 'last' | 'all', window?: '3 hours'): Promise<[string[], Lab]> {
    const lab = new Lab();
    const saga = hourly(catchUp, window);
    const engine = await lab.open([saga], { calendar });
    await lab.advance(30 * MINUTE);
    await engine.crash();
    await lab.advance(5 * HOUR + 30 * MINUTE);
    lab.clock.moveTo(lab.clock.now() + 10 * MINUTE);
    await lab.open([saga], { calendar });
    await lab.calm();
    const started: string[] = [];
    for (let hour = 1; hour <= 6; hour++) {
      if (await lab.status(jobAt(hour, 'hourly')).catch(() => undefined)) started.push(String(hour));
    }
    return [started, lab];
  }

  it.each([
    ['none', undefined, [], 6],
    ['last', undefined, ['6'], 5],
    ['all', undefined, ['1', '2', '3', '4', '5', '6'], 0],
    ['all', '3 hours', ['4', '5', '6'], 3],
  ] as const)(
    'M7 %s (window: %s) starts %j and counts the rest as missed',
    async (catchUp, window, expected, skipped) => {
      const [started, lab] = await afterOutage(catchUp, window);
      expect(started).toEqual(expected);
      expect(await lab.engine.schedules.get('hourly')).toMatchObject({
        skipped,
        started: expected.length,
        nextTick: new Date('2030-01-01T07:00:00Z'),
        ...(skipped > 0 ? { lastSkip: { reason: 'missed' } } : {}),
      });
      await lab.engine.crash();
    },
  );

  it('M7 all starts more ticks than one look may start', async () => {
    const lab = new Lab();
    const saga = hourly('all');
    await lab.open([]);
    await lab.store.schedules.create({
      name: 'many',
      saga: 'hourly',
      version: 1,
      origin: 'call',
      cron: '*/5 * * * *',
      timeZone: 'UTC',
      overlap: 'allow',
      catchUp: 'all',
      window: DAY,
      input: encodePayload(undefined),
      state: 'active',
      nextTick: lab.clock.now() - 10 * HOUR,
      dueAt: lab.clock.now() - 10 * HOUR,
      started: 0,
      skipped: 0,
      revision: 0,
    });
    await lab.open([saga], { calendar });
    await lab.calm();
    expect(await lab.engine.schedules.get('many')).toMatchObject({ started: 121, skipped: 0 });
    await lab.engine.crash();
  });
});

describe('M7 the schedules of the code', () => {
  it('M7 switches off what does not stand in the code any more, says so, and takes it up again', async () => {
    @Saga({ name: 'job.skip' })
    class WithoutSchedule extends LongJob {}
    const lab = new Lab();
    await lab.open([SkippingJob], { calendar });
    await lab.open([WithoutSchedule], { calendar });
    expect(lab.warnings).toContainEqual(expect.stringContaining('does not stand in the code any more'));
    await lab.advance(2 * HOUR);
    expect(await statuses(lab, 1, 2)).toEqual([undefined, undefined]);
    expect(await lab.engine.schedules.get('job')).toMatchObject({ state: 'retired', started: 0 });
    await expect(lab.engine.schedules.resume('job')).rejects.toMatchObject({ code: 'SCHEDULE_CONFLICT' });
    await lab.open([SkippingJob], { calendar });
    await lab.advance(HOUR);
    expect(await statuses(lab, 1, 2, 3)).toEqual([undefined, undefined, 'running']);
    await lab.open([WithoutSchedule], { calendar });
    await lab.engine.schedules.delete('job');
    await expect(lab.engine.schedules.get('job')).rejects.toMatchObject({ code: 'UNKNOWN_SCHEDULE' });
    await lab.engine.crash();
  });

  it('M7 keeps a schedule paused through a deploy, and one that has changed goes by its new expression', async () => {
    @Schedule('30 * * * *', { name: 'job' })
    @Saga({ name: 'job.skip' })
    class HalfPast extends LongJob {}
    const lab = new Lab();
    await lab.open([SkippingJob], { calendar });
    await lab.engine.schedules.pause('job', 'rates are wrong');
    await lab.open([HalfPast], { calendar });
    expect(await lab.engine.schedules.get('job')).toMatchObject({ state: 'paused', note: 'rates are wrong' });
    await lab.advance(2 * HOUR);
    await lab.engine.schedules.resume('job');
    await lab.advance(HOUR);
    expect(await lab.engine.schedules.list()).toMatchObject([{ state: 'active', started: 1, cron: '30 * * * *' }]);
    expect(await lab.status('schedule:job:2030-01-01T02:30:00Z')).toBe('running');
    await lab.engine.crash();
  });

  it('M7 D8 starts the newest version, and leaves ticks of newer code to those that have it', async () => {
    @Schedule('0 * * * *', { name: 'job' })
    @Saga({ name: 'job.skip', version: 2 })
    class NextJob extends LongJob {}
    const lab = new Lab();
    const newer = await lab.open([SkippingJob, NextJob], { calendar });
    await newer.crash();
    await lab.open([SkippingJob], { calendar });
    await lab.advance(90 * MINUTE);
    expect(await statuses(lab, 1)).toEqual([undefined]);
    await lab.open([SkippingJob, NextJob], { calendar });
    await lab.calm();
    expect(await lab.engine.describe(jobAt(1))).toMatchObject({ version: 2 });
    await lab.engine.crash();
  });

  it('M7 does not open without a calendar, with a wrong expression, or with a name that was given away by a call', async () => {
    @Schedule('99 * * * *', { name: 'wrong' })
    @Saga({ name: 'wrong' })
    class Wrong extends LongJob {}
    const lab = new Lab();
    await expect(lab.open([SkippingJob])).rejects.toMatchObject({ code: 'INVALID_CONFIGURATION' });
    await expect(new Lab().open([Wrong], { calendar })).rejects.toMatchObject({ code: 'INVALID_SCHEDULE' });
    const taken = new Lab();
    await taken.open([AllowingJob], { calendar });
    await expect(taken.second([SkippingJob], { calendar })).rejects.toMatchObject({ code: 'SCHEDULE_CONFLICT' });
    await taken.engine.crash();
  });

  it('M7 names schedules after the saga, the expression and the zone', () => {
    @Schedule('0 3 * * *')
    @Schedule('0 3 * * *', { timeZone: 'Asia/Kolkata' })
    @Schedule('@weekly', { name: 'weekly' })
    @Saga({ name: 'tidy' })
    class Tidy extends LongJob {}
    expect(sagaDefinition(Tidy).schedules!.map(({ name }) => name)).toEqual([
      'tidy 0 3 * * *',
      'tidy 0 3 * * * Asia/Kolkata',
      'weekly',
    ]);
  });
});

describe('M7 schedules at run time', () => {
  @Saga({ name: 'greet' })
  class Greet {
    async run(who: string): Promise<string> {
      return `hello ${who}`;
    }
  }
  const definition = sagaDefinition(Greet);
  const greeting = { name: 'greeting', cron: '0 12 * * *', timeZone: 'Europe/Berlin', input: 'Ada' } as const;

  async function opened(): Promise<Lab> {
    const lab = new Lab();
    await lab.open([Greet, SkippingJob], { calendar });
    return lab;
  }

  it('M7 creates, changes, lists and deletes', async () => {
    const lab = await opened();
    const { schedules } = lab.engine;
    const made = await schedules.create(definition, greeting);
    expect(made).toMatchObject({ origin: 'call', saga: 'greet', nextTick: new Date('2030-01-01T11:00:00Z') });
    await expect(schedules.create(definition, greeting)).rejects.toMatchObject({ code: 'SCHEDULE_CONFLICT' });
    await lab.advance(DAY);
    expect(await lab.result(Greet, 'schedule:greeting:2030-01-01T11:00:00Z')).toBe('hello Ada');
    await schedules.update(definition, 'greeting', { input: 'Grace', cron: '30 12 * * *' });
    await lab.advance(DAY);
    expect(await lab.result(Greet, 'schedule:greeting:2030-01-02T11:30:00Z')).toBe('hello Grace');
    expect((await schedules.list()).map(({ name }) => name)).toEqual(['greeting', 'job']);
    expect((await schedules.list({ after: 'greeting', limit: 1 })).map(({ name }) => name)).toEqual(['job']);
    expect(await schedules.upcoming('greeting', 2)).toEqual([
      new Date('2030-01-03T11:30:00Z'),
      new Date('2030-01-04T11:30:00Z'),
    ]);
    await schedules.delete('greeting');
    await lab.advance(DAY);
    await expect(lab.status('schedule:greeting:2030-01-03T11:30:00Z')).rejects.toMatchObject({
      code: 'UNKNOWN_INSTANCE',
    });
    await lab.engine.crash();
  });

  it('M7 pauses without making up for it, and resumes with the next tick', async () => {
    const lab = await opened();
    const { schedules } = lab.engine;
    await schedules.create(definition, greeting);
    expect(await schedules.pause('greeting', 'holidays')).toMatchObject({ state: 'paused', note: 'holidays' });
    await lab.advance(2 * DAY);
    await schedules.resume('greeting');
    await lab.advance(DAY);
    const { started, skipped, note, lastInstance } = await schedules.get('greeting');
    expect({ started, skipped, note, lastInstance }).toEqual({
      started: 1,
      skipped: 0,
      note: undefined,
      lastInstance: 'schedule:greeting:2030-01-03T11:00:00Z',
    });
    await lab.engine.crash();
  });

  it('M7 triggers at once, also what is paused, and the next tick sees it as the instance before', async () => {
    const lab = await opened();
    const { schedules } = lab.engine;
    await schedules.create(definition, greeting);
    await schedules.pause('greeting');
    const [first, second] = [await schedules.trigger('greeting'), await schedules.trigger('greeting')];
    expect(first).not.toBe(second);
    await lab.calm();
    expect(await lab.result(Greet, first)).toBe('hello Ada');
    expect(await schedules.get('greeting')).toMatchObject({ started: 2, lastInstance: second });
    const job = await schedules.trigger('job');
    await lab.advance(HOUR);
    expect(await lab.status(job)).toBe('running');
    expect(await schedules.get('job')).toMatchObject({ started: 1, skipped: 1 });
    await lab.engine.crash();
  });

  it('M7 fills in ticks of a time that is past, those that were run already not again', async () => {
    const lab = await opened();
    const { schedules } = lab.engine;
    await schedules.create(definition, greeting);
    await lab.advance(DAY);
    const [from, to] = [new Date('2029-12-30T11:00:00Z'), new Date('2031-01-01T00:00:00Z')];
    const days = ['2029-12-30', '2029-12-31', '2030-01-01'];
    const ids = days.map((day) => `schedule:greeting:${day}T11:00:00Z`);
    expect(await schedules.backfill('greeting', from, to)).toEqual(ids);
    expect(await schedules.backfill('greeting', from, to)).toEqual(ids);
    await lab.calm();
    expect(lab.store.journal.filter((type) => type === 'SagaStarted')).toHaveLength(4);
    await expect(schedules.backfill('greeting', new Date(0), to)).rejects.toMatchObject({ code: 'INVALID_SCHEDULE' });
    await lab.engine.crash();
  });

  it('M7 I2 stores the input as the codec makes it, and gives it to run() as it was', async () => {
    const lab = new Lab();
    await lab.open([Greet], { calendar, codec: sampleCodec() });
    const { schedules } = lab.engine;
    await schedules.create(definition, greeting);
    expect(JSON.stringify(await lab.store.schedules.get('greeting'))).not.toContain('Ada');
    await schedules.update(definition, 'greeting', { cron: '@daily' });
    await lab.advance(DAY);
    expect(await lab.engine.describe('schedule:greeting:2030-01-01T23:00:00Z')).toMatchObject({ status: 'completed' });
    expect(await schedules.get('greeting')).toMatchObject({ started: 1, skipped: 0 });
    await lab.engine.crash();
  });

  it('M7 refuses what cannot be, in words', async () => {
    const lab = await opened();
    const { schedules } = lab.engine;
    const codes = {
      INVALID_SCHEDULE: [
        schedules.create(definition, { ...greeting, cron: 'at noon' }),
        schedules.create(definition, { ...greeting, timeZone: 'Berlin' }),
        schedules.create(definition, { ...greeting, name: '' }),
        schedules.create(definition, { ...greeting, name: 'x'.repeat(151) }),
        schedules.create(definition, { ...greeting, overlap: 'never' as 'skip' }),
        schedules.create(definition, { ...greeting, catchUp: 'some' as 'all' }),
      ],
      INVALID_DURATION: [schedules.create(definition, { ...greeting, window: '3 weeks' as '3 days' })],
      NOT_SERIALISABLE: [schedules.create(definition, { ...greeting, input: () => 'Ada' })],
      UNKNOWN_SCHEDULE: [
        schedules.get('x'),
        schedules.pause('x'),
        schedules.trigger('x'),
        schedules.upcoming('x'),
        schedules.delete('x'),
      ],
      SCHEDULE_CONFLICT: [schedules.update(definition, 'job', { cron: '@daily' }), schedules.delete('job')],
    };
    for (const [code, calls] of Object.entries(codes)) {
      for (const call of calls) await expect(call).rejects.toMatchObject({ code });
    }
    expect(await schedules.list()).toHaveLength(1);
    const client = await new Lab().second([]);
    await expect(client.schedules.create(definition, greeting)).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
    });
    await lab.engine.crash();
  });
});

describe('W6 schedules while the store is away', () => {
  it.each(['take', 'nearest', 'change', 'hurry', 'append', 'find'] as const)(
    'W6 M7 every tick starts once when %s fails for a while',
    async (failing) => {
      const lab = new Lab();
      await lab.open([BufferingJob], { calendar, bodies: {} });
      let away = true;
      const fail = (): void => {
        if (away) throw new SagaError('STORE_UNAVAILABLE', 'The store is away.');
      };
      if (failing === 'append' || failing === 'find') {
        lab.store.before = (method) => (method === failing ? fail() : undefined);
      } else {
        const { schedules } = lab.store;
        const call = schedules[failing].bind(schedules) as (...args: unknown[]) => Promise<never>;
        Object.assign(schedules, {
          [failing]: async (...args: unknown[]) => {
            fail();
            return call(...args);
          },
        });
      }
      await lab.advance(HOUR + MINUTE);
      away = false;
      await lab.advance(5 * MINUTE);
      expect(await statuses(lab, 1)).toEqual(['running']);
      await lab.advance(HOUR);
      away = true;
      await lab.engine.signal(jobAt(1), 'finish', []);
      await lab.advance(MINUTE);
      away = false;
      await lab.advance(5 * MINUTE);
      expect(await statuses(lab, 1, 2)).toEqual(['completed', 'running']);
      expect(lab.store.journal.filter((type) => type === 'SagaStarted')).toHaveLength(2);
      expect(await lab.engine.schedules.get('job')).toMatchObject({ started: 2, skipped: 0 });
      await lab.engine.crash();
    },
  );
});

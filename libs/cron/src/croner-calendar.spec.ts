import { CronerCalendar } from './croner-calendar.js';

const calendar = new CronerCalendar();

/** The ticks of an expression in a zone after a moment, as ISO texts. */
function ticks(expression: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  let tick: number | null = Date.parse(after);
  while (found.length < count && (tick = calendar.next(expression, timeZone, tick)) !== null) {
    found.push(new Date(tick).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

describe('M7 the calendar', () => {
  it.each([
    // 02:00 becomes 03:00 on 29 March 2026; 03:00 becomes 02:00 on 25 October.
    ['Europe/Berlin', '2026-03-28T02:00:00Z', ['2026-03-29T01:00:00Z', '2026-03-30T00:30:00Z']],
    ['Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-26T01:30:00Z']],
    // 02:00 becomes 03:00 on 8 March 2026; on 1 November 02:00 becomes 01:00, so that 02:30 comes once.
    ['America/New_York', '2026-03-07T12:00:00Z', ['2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z']],
    ['America/New_York', '2026-10-31T12:00:00Z', ['2026-11-01T07:30:00Z', '2026-11-02T07:30:00Z']],
  ])('M7 has 02:30 once a day in %s, after %s', (zone, after, expected) => {
    expect(ticks('30 2 * * *', zone, after, 2)).toEqual(expected);
  });

  it('M7 has a fixed time once on the day that has it twice, the first time', () => {
    expect(ticks('30 1 * * *', 'America/New_York', '2026-10-31T12:00:00Z', 2)).toEqual([
      '2026-11-01T05:30:00Z',
      '2026-11-02T06:30:00Z',
    ]);
  });

  it('M7 goes on every half hour through both changes of the clocks', () => {
    for (const change of ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']) {
      const around = ticks('*/30 * * * *', 'Europe/Berlin', new Date(Date.parse(change) - 7_200_001).toISOString(), 9);
      const expected = Array.from({ length: 9 }, (_, i) => Date.parse(change) + (i - 4) * 1_800_000);
      expect(around.map((tick) => Date.parse(tick))).toEqual(expected);
    }
  });

  it('M7 has midnight of a zone that changes its clocks by half an hour, and of one that is half an hour off', () => {
    expect(ticks('0 9 * * *', 'Australia/Lord_Howe', '2026-04-03T00:00:00Z', 3)).toEqual([
      '2026-04-03T22:00:00Z',
      '2026-04-04T22:30:00Z',
      '2026-04-05T22:30:00Z',
    ]);
    expect(ticks('0 0 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T18:30:00Z']);
    expect(ticks('0 0 * * *', 'America/St_Johns', '2026-01-01T04:00:00Z', 1)).toEqual(['2026-01-02T03:30:00Z']);
  });

  it.each([
    ['0 0 29 2 *', ['2028-02-29', '2032-02-29']],
    ['0 0 L * *', ['2026-01-31', '2026-02-28']],
    ['0 0 31 * *', ['2026-01-31', '2026-03-31']],
    ['@monthly', ['2026-02-01', '2026-03-01']],
    ['@weekly', ['2026-01-04', '2026-01-11']],
    ['@daily', ['2026-01-02', '2026-01-03']],
    ['0 0 * * MON#1', ['2026-01-05', '2026-02-02']],
  ])('M7 knows %s', (expression, days) => {
    expect(ticks(expression, 'UTC', '2026-01-01T00:00:00Z', 2)).toEqual(days.map((day) => `${day}T00:00:00Z`));
  });

  it('M7 reads a sixth field as seconds, and does not mind parts of one', () => {
    expect(ticks('*/20 * * * * *', 'UTC', '2026-01-01T00:00:19.999Z', 2)).toEqual([
      '2026-01-01T00:00:20Z',
      '2026-01-01T00:00:40Z',
    ]);
  });

  it('M7 has no tick when there is none any more', () => {
    expect(calendar.next('0 0 0 1 1 * 2020', 'UTC', Date.parse('2026-01-01'))).toBeNull();
    expect(calendar.next('0 0 30 2 *', 'UTC', Date.parse('2026-01-01'))).toBeNull();
    expect(calendar.latest('0 0 0 1 1 * 2030', 'UTC', Date.parse('2026-01-01'))).toBeNull();
  });

  it('M7 finds the latest tick up to a moment, that moment included', () => {
    const latest = (at: string, zone = 'UTC', cron = '0 0 * * *') =>
      new Date(calendar.latest(cron, zone, Date.parse(at))!).toISOString();
    expect(latest('2026-01-03T00:00:00.000Z')).toBe('2026-01-03T00:00:00.000Z');
    expect(latest('2026-01-02T23:59:59.999Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(latest('2026-03-29T12:00:00Z', 'Europe/Berlin', '30 2 * * *')).toBe('2026-03-29T01:00:00.000Z');
    expect(latest('2026-10-25T12:00:00Z', 'Europe/Berlin', '30 2 * * *')).toBe('2026-10-25T00:30:00.000Z');
  });

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'])(
    'M7 agrees with itself forwards and backwards through a year in %s',
    (zone) => {
      for (const expression of ['30 2 * * *', '15 1 * * *', '0 */6 * * *', '0 0 L * *']) {
        let tick = calendar.next(expression, zone, Date.parse('2026-01-01T00:00:00Z'))!;
        while (tick < Date.parse('2027-01-01T00:00:00Z')) {
          const next = calendar.next(expression, zone, tick)!;
          expect(next).toBeGreaterThan(tick);
          expect([expression, calendar.latest(expression, zone, next - 1)]).toEqual([expression, tick]);
          tick = next;
        }
      }
    },
  );

  it.each([
    ['61 * * * *', 'UTC'],
    ['* * * *', 'UTC'],
    ['', 'UTC'],
    ['@never', 'UTC'],
    ['@reboot', 'UTC'],
    ['2026-01-01T00:00:00', 'UTC'],
    ['* * * * *', 'Europe/Nowhere'],
    ['* * * * *', ''],
    ['* * * * *', undefined as unknown as string],
    [undefined as unknown as string, 'UTC'],
  ])('M7 says what is wrong with %j in %j', (expression, zone) => {
    expect(calendar.problem(expression, zone)).toMatch(/time zone|is not a cron expression/);
  });

  it('M7 has nothing against what is right', () => {
    expect(calendar.problem('0 3 * * MON-FRI', 'Europe/Berlin')).toBeUndefined();
    expect(calendar.problem('@hourly', 'UTC')).toBeUndefined();
  });

  it('keeps working when there are more expressions than it remembers', () => {
    for (let minute = 0; minute < 1_200; minute++) {
      expect(calendar.next(`${minute % 60} ${Math.floor(minute / 60)} * * *`, 'UTC', 0)).toBe(
        minute === 0 ? 86_400_000 : minute * 60_000,
      );
    }
  });
});

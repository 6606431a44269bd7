import { milliseconds, type Duration } from './duration.js';

describe('a duration', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [1_500, 1_500],
    ['250ms', 250],
    ['1 millisecond', 1],
    ['5s', 5_000],
    ['1.5 s', 1_500],
    ['2 seconds', 2_000],
    ['1m', 60_000],
    ['10 minutes', 600_000],
    ['1 hour', 3_600_000],
    ['36h', 129_600_000],
    ['2 days', 172_800_000],
    ['0.0001s', 0],
  ])('%s is %d milliseconds', (duration, expected) => {
    expect(milliseconds(duration)).toBe(expected);
  });

  it.each<unknown>([
    -1,
    NaN,
    Infinity,
    '',
    's',
    '5',
    '-5s',
    '5 weeks',
    '5  s',
    '5S',
    '1e3s',
    ' 5s',
    null,
    undefined,
    {},
  ])('refuses %p in words', (duration) => {
    expect(() => milliseconds(duration as Duration)).toThrow(
      expect.objectContaining({ code: 'INVALID_DURATION', advice: expect.stringContaining('30s') }) as Error,
    );
  });
});

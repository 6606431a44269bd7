import { retryDelay, stepPolicy } from './step-policy.js';

describe('the policy of a step', () => {
  it('S5 ends by default: 30 s for an attempt, 15 minutes and 10 attempts for the step', () => {
    expect(stepPolicy()).toEqual({
      timeout: 30_000,
      heartbeatTimeout: Infinity,
      deadline: 900_000,
      attempts: 10,
      backoff: 500,
      factor: 2,
      max: 30_000,
      jitter: 0.2,
      asksPerson: false,
    });
  });

  it('C4 of a compensation has no end by default, but each attempt has', () => {
    expect(stepPolicy({}, 'compensation')).toMatchObject({ timeout: 30_000, deadline: Infinity, attempts: Infinity });
  });

  it('S5 lets an attempt that is heard take as long as the step may', () => {
    expect(stepPolicy({ heartbeatTimeout: '10s' })).toMatchObject({ heartbeatTimeout: 10_000, timeout: 900_000 });
    expect(stepPolicy({ heartbeatTimeout: '10s', deadline: '1h' })).toMatchObject({ timeout: 3_600_000 });
    expect(stepPolicy({ heartbeatTimeout: '10s', timeout: '1m' })).toMatchObject({ timeout: 60_000 });
  });

  it('takes what is given, and `retry: false` for a single attempt', () => {
    expect(
      stepPolicy({
        timeout: '1s',
        heartbeatTimeout: '500ms',
        deadline: '1m',
        retry: { attempts: 2, backoff: 5, factor: 3, max: '1s', jitter: 0 },
      }),
    ).toEqual({
      timeout: 1_000,
      heartbeatTimeout: 500,
      deadline: 60_000,
      attempts: 2,
      backoff: 5,
      factor: 3,
      max: 1_000,
      jitter: 0,
      asksPerson: false,
    });
    expect(stepPolicy({ retry: false }).attempts).toBe(1);
    expect(stepPolicy({ retry: false }, 'compensation').attempts).toBe(1);
  });

  it('waits longer each time, up to the cap', () => {
    const policy = stepPolicy({ retry: { backoff: '1s', max: '5s', jitter: 0 } });
    expect([1, 2, 3, 4, 100, 5_000].map((attempt) => retryDelay(policy, attempt, 0.5))).toEqual([
      1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
    ]);
  });

  it('takes the share of jitter off the wait', () => {
    const policy = stepPolicy({ retry: { backoff: '1s', jitter: 0.2 } });
    expect([0, 0.5, 1].map((random) => retryDelay(policy, 1, random))).toEqual([1_000, 900, 800]);
  });

  it('C4 stays a number for ever, also without a backoff', () => {
    const policy = stepPolicy({ retry: { backoff: 0 } }, 'compensation');
    expect([1, 1_024, 1_025, 100_000].map((attempt) => retryDelay(policy, attempt, 0.5))).toEqual([0, 0, 0, 0]);
  });
});

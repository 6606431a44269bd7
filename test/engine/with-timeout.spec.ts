import { SagaTimeoutError } from 'reprise/core';
import { Bench, Declined, ended } from './scoped.js';

describe('C7 saga.withTimeout()', () => {
  it('C7 answers what its body answers, and closes its timer', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const answer = await saga.withTimeout('1h', () => work.step('a'));
      await saga.sleep('1 day');
      return answer;
    });
    await bench.answer('a');
    await bench.lab.advance(60_000);
    expect(bench.lab.engine.resident).toBe(0);
    await bench.lab.advance(86_400_000);
    expect(await bench.result()).toBe('a done');
    expect(await bench.lab.eventsOf('CallsCancelled')).toEqual([{ type: 'CallsCancelled', calls: [0] }]);
    expect(await bench.lab.eventsOf('TimerFired')).toMatchObject([{ call: 2 }]);
  });

  it.each([
    ['an error of its body', () => Promise.reject(new Declined('no')), 'Declined'],
    ['an empty body', () => undefined, undefined],
  ])('C7 closes its timer with %s, too', async (_what, body, end) => {
    const bench = await Bench.of((_work, saga) => ended(saga.withTimeout('1h', body)));
    expect(await bench.result()).toBe(end);
    expect(await bench.told()).toEqual(['SagaStarted', 'TimerStarted', 'CallsCancelled', 'SagaCompleted']);
  });

  it('C7 cancels its body when the time is up, and rejects with a SagaTimeoutError', async () => {
    const bench = await Bench.of(async (work, saga) => {
      let inside: unknown;
      const error = await saga
        .withTimeout('30s', async () => {
          inside = await ended(work.step('a'));
          await work.step('b');
        })
        .catch((thrown: SagaTimeoutError) => thrown);
      const { name, code, limit, message } = error as SagaTimeoutError;
      return [inside, error instanceof SagaTimeoutError, name, code, limit, message];
    });
    await bench.lab.advance(29_999);
    expect(await bench.lab.status()).toBe('running');
    await bench.lab.advance(1);
    expect(await bench.result()).toEqual([
      'SCOPE_CANCELLED',
      true,
      'SagaTimeoutError',
      'SCOPE_TIMED_OUT',
      '30s',
      'A part of the saga did not end within 30s.',
    ]);
  });

  it('M4 its time runs on while the process is down', async () => {
    const bench = await Bench.of((work, saga) => ended(saga.withTimeout(3_600_000, () => work.step('a'))));
    await bench.lab.engine.crash();
    bench.lab.store.freeAllNow();
    bench.lab.clock.moveTo(bench.lab.clock.now() + 7_200_000);
    await bench.reopen();
    expect(await bench.result()).toBe('SCOPE_TIMED_OUT');
  });

  it('C7 leaves it to the body what becomes of its time: what it returns or throws instead counts', async () => {
    const bench = await Bench.of(async (work, saga) => [
      await saga.withTimeout('1s', () => work.step('a').catch(() => 'instead')),
      await ended(
        saga.withTimeout('1s', () =>
          work.step('b').catch(() => {
            throw new Declined('no');
          }),
        ),
      ),
    ]);
    await bench.lab.advance(2_000);
    expect(await bench.result()).toEqual(['instead', 'Declined']);
  });

  it('M5 says the same when none of several answered in time, or declined before', async () => {
    const bench = await Bench.of(async (work, saga) => [
      await ended(saga.withTimeout('1s', () => Promise.any(['a', 'b'].map((name) => work.step(name))))),
      await ended(saga.withTimeout('1s', () => Promise.any(['c', 'd'].map((name) => work.step(name))))),
      await ended(saga.withTimeout('1s', () => Promise.any([work.step('e')]))),
    ]);
    await bench.lab.advance(1_000);
    await bench.fail('c', new Declined('no'));
    await bench.lab.advance(1_000);
    await bench.fail('e', new Declined('no'));
    expect(await bench.result()).toEqual(['SCOPE_TIMED_OUT', 'SCOPE_TIMED_OUT', 'AggregateError']);
  });

  it('C7 fails the saga when nobody catches it, and what was done is undone', async () => {
    const bench = await Bench.of((work, saga) => saga.withTimeout('1s', () => work.step('a')));
    await bench.lab.advance(1_000);
    await bench.answer('a');
    const error = await bench.result().catch((thrown: Error) => thrown.cause);
    expect(error).toMatchObject({ name: 'SagaTimeoutError', code: 'SCOPE_TIMED_OUT' });
    expect(bench.undone).toEqual([['a', 'a done']]);
    expect(await bench.lab.status()).toBe('compensated');
  });

  it('C7 may also be cancelled before: then it rejects as a scope does, and its timer is closed', async () => {
    const bench = await Bench.of((work, saga) =>
      ended(
        saga.withTimeout('1h', async (scope) => {
          work.scope = scope;
          await work.step('a');
        }),
      ),
    );
    await bench.signal('stop', 'enough');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect((await bench.lab.eventsOf('CallsCancelled')).map(({ calls }) => calls)).toEqual([[1], [0]]);
  });

  it('C7 the shorter of two times counts, and each rejects where it stands', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const times = (outer: number, inner: number): Promise<unknown> =>
        saga
          .withTimeout(outer, async () => ['inside', await ended(saga.withTimeout(inner, () => work.step('a')))])
          .catch((error: SagaTimeoutError) => [error.code, error.limit]);
      return [await times(1_000, 2_000), await times(2_000, 1_000)];
    });
    await bench.lab.advance(9_000);
    expect(await bench.result()).toEqual([
      ['inside', 'SCOPE_CANCELLED'],
      ['inside', 'SCOPE_TIMED_OUT'],
    ]);
  });

  it('C7 a scope that is cancelled closes the timers of the limits in it', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        work.scope = scope;
        return ended(saga.withTimeout('1h', () => work.step('a')));
      }),
    );
    await bench.signal('stop', 'enough');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect(await bench.lab.eventsOf('CallsCancelled')).toMatchObject([{ calls: [0, 1] }]);
  });

  it('C7 holds for what the code does after the instance is cancelled, too', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.withTimeout('10s', async () => [await ended(work.step('a')), await ended(work.step('b'))]),
    );
    await bench.cancel();
    expect(await bench.lab.status()).toBe('running');
    await bench.lab.advance(10_000);
    expect(await bench.result()).toEqual(['SAGA_CANCELLED', 'SCOPE_CANCELLED']);
  });

  it('C7 whose body waits in a shielded part does not take a cancellation of the instance away', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.withTimeout('1h', async () => [await saga.shielded(() => work.step('a')), await ended(work.step('b'))]),
    );
    await bench.cancel();
    await bench.answer('a');
    expect(await bench.result()).toEqual(['a done', 'SAGA_CANCELLED']);
  });

  it('D7 says what is wrong with a time or a body that is none', async () => {
    const bench = await Bench.of(async (_work, saga) => {
      const said = (call: Promise<unknown>): Promise<unknown> => call.catch((error: Error) => error.message);
      return [
        await said(saga.withTimeout('soon' as '1s', () => 1)),
        await said(saga.withTimeout(-1, () => 1)),
        await said(saga.withTimeout('1s', undefined as never)),
        await said(saga.scope('body' as never)),
        await said(saga.shielded(null as never)),
      ];
    });
    expect(await bench.result()).toEqual([
      expect.stringContaining('"soon" is not a duration'),
      expect.stringContaining('"-1" is not a duration'),
      "saga.withTimeout() was given no function. Pass what it should run: saga.withTimeout('30s', async () => …).",
      'saga.scope() was given no function. Pass what it should run: saga.scope(async () => …).',
      'saga.shielded() was given no function. Pass what it should run: saga.shielded(async () => …).',
    ]);
    expect(await bench.told()).toEqual(['SagaStarted', 'SagaCompleted']);
  });
});

import type { SagaContext, SagaError } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Lab } from './lab.js';

@Saga({ name: 'long' })
class LongSaga {
  @Step({ timeout: '5s', retry: { attempts: 2, backoff: '1s', jitter: 0 } }) async work(): Promise<string> {
    return 'done';
  }
  @Compensate('work') async undo(): Promise<void> {}
  async run(): Promise<string> {
    return this.work();
  }
}

/** A saga that does not wait for its step. */
@Saga({ name: 'hasty' })
class HastySaga {
  @Step() async work(): Promise<void> {}
  @Compensate('work') async undo(): Promise<void> {}
  async run(fail: boolean, saga: SagaContext): Promise<void> {
    void this.work().catch(() => undefined);
    await saga.sleep('1s');
    if (fail) throw new Error('no');
  }
}

/** Bodies that run until they are aborted, and then fail with the reason. */
class Listeners {
  readonly lab = new Lab();
  readonly signals: AbortSignal[] = [];
  readonly bodies = {
    work: () => {
      const { signal } = currentStep()!;
      this.signals.push(signal);
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      });
    },
  };

  get reasons(): (string | undefined)[] {
    return this.signals.map(({ reason }) => (reason as SagaError | undefined)?.code);
  }

  open(options: object = {}): Promise<unknown> {
    return this.lab.open([LongSaga, HastySaga], { bodies: this.bodies, ...options });
  }
}

describe('C7 the signal of a step', () => {
  let bench: Listeners;
  beforeEach(async () => {
    bench = new Listeners();
    await bench.open();
  });

  it('C7 is the same object each time, and not aborted while the attempt is waited for', async () => {
    const same: boolean[] = [];
    const test = testSaga(LongSaga).step('work', async () => {
      const step = currentStep()!;
      same.push(step.signal === step.signal, step.signal.aborted);
      return 'done';
    });
    expect(await (await test.start(undefined)).result()).toBe('done');
    expect(same).toEqual([true, false]);
  });

  it('C7 aborts when the time of the attempt is up; the next attempt has a signal of its own', async () => {
    await bench.lab.start(LongSaga);
    await bench.lab.advance(4_999);
    expect(bench.reasons).toEqual([undefined]);
    await bench.lab.advance(1);
    expect(bench.reasons).toEqual(['STEP_TIMED_OUT']);
    await bench.lab.advance(1_000);
    expect(bench.reasons).toEqual(['STEP_TIMED_OUT', undefined]);
    // What the body threw because of it is no second failure.
    expect(await bench.lab.eventsOf('StepAttemptFailed')).toHaveLength(1);
  });

  it('C7 aborts when the saga is cancelled: an undo does not wait for the timeout', async () => {
    await bench.lab.start(LongSaga);
    await bench.lab.engine.cancel('one');
    await bench.lab.calm();
    expect(bench.reasons).toEqual(['STEP_ABANDONED']);
    expect(await bench.lab.status()).toBe('cancelled');
    expect((await bench.lab.eventsOf('StepOutcomeUnknown'))[0]).toMatchObject({ error: { code: 'STEP_ABANDONED' } });
  });

  it.each([
    ['fails and compensates', true, 'compensated'],
    ['ends without it', false, 'completed'],
  ])('C7 aborts when the saga %s', async (_how, fail, status) => {
    await bench.lab.start(HastySaga, fail);
    await bench.lab.advance(1_000);
    expect(bench.reasons).toEqual(['STEP_ABANDONED']);
    expect(await bench.lab.status()).toBe(status);
  });

  it('W4 aborts when the grace of the shutdown is over, not before', async () => {
    await bench.lab.start(LongSaga);
    const closing = bench.lab.engine.close();
    await bench.lab.advance(100);
    expect(bench.reasons).toEqual([undefined]);
    await bench.lab.advance(60_000);
    await closing;
    // Its own time was up within the grace.
    expect(bench.reasons).toEqual(['STEP_TIMED_OUT']);
  });

  it('W4 says SHUTTING_DOWN to whoever is still at work when the worker stops', async () => {
    await bench.lab.start(LongSaga);
    const closing = bench.lab.engine.close(1_000);
    await bench.lab.advance(1_100);
    await closing;
    expect(bench.reasons).toEqual(['SHUTTING_DOWN']);
  });

  it('C7 leaves a body alone that does not look: it runs on, and its late success counts', async () => {
    let answer: (value: string) => void = () => undefined;
    await bench.lab.open([LongSaga], { bodies: { work: () => new Promise((resolve) => (answer = resolve)) } });
    await bench.lab.start(LongSaga);
    await bench.lab.advance(5_500);
    answer('late');
    await bench.lab.calm();
    expect(await bench.lab.result(LongSaga)).toBe('late');
  });

  it('C7 is aborted for whoever looks only afterwards, and never once the body has answered', async () => {
    const seen: AbortSignal[] = [];
    const steps: { readonly signal: AbortSignal }[] = [];
    const bodies = {
      work: async () => {
        const step = currentStep()!;
        steps.push(step);
        if (step.attempt === 1) return new Promise(() => undefined);
        seen.push(step.signal);
        return 'done';
      },
    };
    await bench.lab.open([LongSaga], { bodies });
    await bench.lab.start(LongSaga);
    await bench.lab.advance(6_000);
    expect(await bench.lab.result(LongSaga)).toBe('done');
    expect(steps[0]!.signal.reason).toMatchObject({ code: 'STEP_TIMED_OUT' });
    expect(seen[0]!.aborted).toBe(false);
  });

  it('D3 comes to the same end wherever the process dies', async () => {
    const test = testSaga(LongSaga).step('work', async () => {
      currentStep()!.signal.throwIfAborted();
      return 'done';
    });
    expect((await crashEverywhere(test, undefined)).end.result).toBe('done');
  });
});

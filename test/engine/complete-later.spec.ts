import { StepUnknownError, type SagaContext } from 'reprise/core';
import { Compensate, Saga, sagaDefinition, Step } from 'reprise/decorators';
import { currentStep, type RunningStep } from 'reprise/runtime';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Lab } from './lab.js';

class Rejected extends Error {
  override readonly name = 'Rejected';
  constructor(readonly by: string) {
    super(`rejected by ${by}`);
  }
}

interface Approval {
  by: string;
  at: Date;
}

@Saga({ name: 'approve' })
class ApproveSaga {
  @Step({ errors: [Rejected] }) async approve(_order: string): Promise<Approval> {
    return currentStep()!.completeLater<Approval>({ within: '3 days' });
  }
  @Compensate('approve') async withdraw(): Promise<void> {}

  async run(order: string): Promise<string> {
    try {
      const { by, at } = await this.approve(order);
      return `${by} at ${at.toISOString()}`;
    } catch (error) {
      if (error instanceof Rejected) return `not by ${error.by}`;
      if (error instanceof StepUnknownError) return `nobody after ${error.attempts}`;
      throw error;
    }
  }
}

@Saga({ name: 'wait' })
class WaitSaga {
  @Step({ retry: { attempts: 3, backoff: '1s', jitter: 0 } }) async wait(): Promise<string> {
    return currentStep()!.completeLater<string>();
  }
  @Compensate('wait') async stopWaiting(): Promise<void> {}
  async run(): Promise<string> {
    return this.wait();
  }
}

const DAY = 86_400_000;

describe('a step that is completed later', () => {
  const lab = (): { lab: Lab; steps: RunningStep[]; open: (options?: object) => Promise<unknown> } => {
    const made = new Lab();
    const steps: RunningStep[] = [];
    const later = (within?: string) => () => {
      steps.push(currentStep()!);
      return currentStep()!.completeLater({ ...(within ? { within: within as '3 days' } : {}) });
    };
    const bodies = { approve: later('3 days'), wait: later() };
    return { lab: made, steps, open: (options = {}) => made.open([ApproveSaga, WaitSaga], { bodies, ...options }) };
  };

  it('S1 waits for days as a row, and returns what it is completed with to the code', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.advance(2 * DAY);
    expect(it.engine.resident).toBe(0);
    expect(await it.eventsOf('StepDeferred')).toEqual([
      { type: 'StepDeferred', call: 0, attempt: 1, dueAt: expect.any(Number) },
    ]);

    await it.engine.completions.complete(steps[0]!.token, { by: 'ada', at: new Date(0) });
    await it.calm();
    expect(await it.result(ApproveSaga)).toBe('ada at 1970-01-01T00:00:00.000Z');
    expect(steps).toHaveLength(1);
  });

  it('S4 throws a declared error with its fields to the code, by its name alone', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.engine.completions.fail(steps[0]!.token, new Rejected('finance'));
    await it.calm();
    expect(await it.result(ApproveSaga)).toBe('not by finance');
    expect((await it.eventsOf('StepFailed'))[0]).toMatchObject({ kind: 'declared' });
  });

  it('S4 fails for good in an error that the step does not declare', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.engine.completions.fail(steps[0]!.token, new TypeError('odd'));
    await it.calm();
    await expect(it.result(ApproveSaga)).rejects.toMatchObject({ cause: { code: 'STEP_FAILED' } });
    expect(await it.status()).toBe('compensated');
  });

  it('S4 runs the body again with the same token when it failed for the moment', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(WaitSaga);
    await it.advance(10 * 60_000);
    await it.engine.completions.fail(steps[0]!.token, new Error('busy'), { kind: 'transient' });
    await it.advance(1_000);
    expect(steps.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(steps[1]!.token).toBe(steps[0]!.token);
    expect(steps[1]!.key).toBe(steps[0]!.key);
    // The ten minutes that it was deferred do not count: it has its fifteen left.
    await it.advance(14 * 60_000);
    await it.engine.completions.complete(steps[1]!.token, 'done');
    await it.calm();
    expect(await it.result(WaitSaga)).toBe('done');
  });

  it('S6 has no known outcome when nobody said anything in time', async () => {
    const { lab: it, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.advance(3 * DAY - 1);
    expect(await it.status()).toBe('running');
    await it.advance(1);
    expect(await it.result(ApproveSaga)).toBe('nobody after 1');
  });

  it('S5 without a time of its own waits as long as the step has', async () => {
    const { lab: it, open } = lab();
    await open();
    await it.start(WaitSaga);
    await it.advance(15 * 60_000);
    expect(await it.status()).toBe('compensated');
  });

  it('S7 keeps what comes late for the record, and undoes it', async () => {
    @Saga({ name: 'go-on' })
    class GoOnSaga {
      @Step() async wait(): Promise<void> {}
      @Compensate('wait') async stopWaiting(): Promise<void> {}
      async run(_: undefined, saga: SagaContext): Promise<void> {
        await this.wait().catch(() => undefined);
        await saga.sleep('1 day');
        throw new Error('after all');
      }
    }
    const it = new Lab();
    let token = '';
    const undone: unknown[] = [];
    await it.open([GoOnSaga], {
      bodies: {
        wait: () => {
          token = currentStep()!.token;
          return currentStep()!.completeLater({ within: '1 minute' });
        },
        stopWaiting: (args) => undone.push(args[0]),
      },
    });
    await it.start(GoOnSaga);
    await it.advance(120_000);
    await it.engine.completions.complete(token, 'late');
    await it.calm();
    expect(await it.eventsOf('StepCompletedLate')).toHaveLength(1);
    await it.advance(DAY);
    expect(await it.status()).toBe('compensated');
    expect(undone).toEqual(['late']);
  });

  it('S7 takes the first word, keeps the second as an orphan, and tells who comes after the end', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    const approval = { by: 'ada', at: new Date(0) };
    await Promise.all([
      it.engine.completions.complete(steps[0]!.token, approval),
      it.engine.completions.complete(steps[0]!.token, { ...approval, by: 'eve' }),
    ]);
    await it.calm();
    expect(await it.result(ApproveSaga)).toContain('ada');
    expect(it.store.orphans).toMatchObject([{ reason: 'closed-instance', payload: { kind: 'result' } }]);
    await expect(it.engine.completions.complete(steps[0]!.token, approval)).rejects.toMatchObject({
      code: 'INSTANCE_CLOSED',
    });
  });

  it('I1 refuses the token of a run whose id has been taken again', async () => {
    const { lab: it, steps, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.engine.completions.complete(steps[0]!.token, { by: 'ada', at: new Date(0) });
    await it.calm();
    await it.engine.start(sagaDefinition(ApproveSaga), 'o1', { id: 'one', onClosed: 'restart' });
    await it.calm();
    await expect(it.engine.completions.complete(steps[0]!.token, 1)).rejects.toMatchObject({ code: 'INSTANCE_CLOSED' });
  });

  it.each(['', 'rubbish', Buffer.from('[1,"a","b",0]').toString('base64url')])(
    'refuses %j as a token',
    async (token) => {
      const { lab: it, open } = lab();
      await open();
      await expect(it.engine.completions.complete(token)).rejects.toMatchObject({ code: 'INVALID_TOKEN' });
    },
  );

  it('S7 counts what comes before the body has returned', async () => {
    const it = new Lab();
    await it.open([WaitSaga], {
      bodies: {
        wait: async () => {
          await it.engine.completions.complete(currentStep()!.token, 'at once');
          await new Promise<void>((resolve) => it.clock.schedule(it.clock.now() + 5_000, resolve));
          return currentStep()!.completeLater();
        },
      },
    });
    await it.start(WaitSaga);
    expect(await it.result(WaitSaga)).toBe('at once');
    expect(await it.eventsOf('StepDeferred')).toHaveLength(0);
  });

  it('S4 makes the next attempt when word of a failure came before the body had returned', async () => {
    const it = new Lab();
    let attempts = 0;
    await it.open([WaitSaga], {
      bodies: {
        wait: async () => {
          const step = currentStep()!;
          if (++attempts > 1) return 'second';
          await it.engine.completions.fail(step.token, new Error('no'), { kind: 'transient' });
          await new Promise<void>((resolve) => it.clock.schedule(it.clock.now() + 5_000, resolve));
          return step.completeLater();
        },
      },
    });
    await it.start(WaitSaga);
    await it.advance(6_000);
    expect(await it.result(WaitSaga)).toBe('second');
    expect(attempts).toBe(2);
  });

  it('C7 is not waited for any longer when the saga is cancelled', async () => {
    const { lab: it, open } = lab();
    await open();
    await it.start(ApproveSaga, 'o1');
    await it.advance(DAY);
    await it.engine.cancel('one');
    await it.calm();
    expect(await it.status()).toBe('cancelled');
    expect((await it.eventsOf('StepOutcomeUnknown'))[0]).toMatchObject({ error: { code: 'STEP_ABANDONED' } });
  });

  it('D3 comes to the same end wherever the process dies, and runs the body again with the same token', async () => {
    const tokens = new Set<string>();
    const test = testSaga(ApproveSaga).step('approve', () => {
      tokens.add(currentStep()!.token);
      return currentStep()!.completeLater<Approval>({ within: '3 days' });
    });
    const { points, end } = await crashEverywhere(test, 'o1', async (run) => {
      await run.advance('1 day');
      await run.completeStep([...tokens][0]!, { by: 'ada', at: new Date(0) });
    });
    expect(points).toBeGreaterThan(5);
    expect(end.result).toBe('ada at 1970-01-01T00:00:00.000Z');
    expect(tokens.size).toBe(1);
  });

  it('S9 is refused in a transactional step, which fails', async () => {
    @Saga({ name: 'transactional-later' })
    class TransactionalLaterSaga {
      @Step({ transactional: true }) async wait(): Promise<string> {
        return currentStep()!.completeLater<string>();
      }
      async run(): Promise<string> {
        return this.wait();
      }
    }
    const run = await testSaga(TransactionalLaterSaga)
      .step('wait', () => currentStep()!.completeLater<string>())
      .start(undefined);
    await expect(run.result()).rejects.toThrow('its outcome is committed with what its body writes');
  });
});

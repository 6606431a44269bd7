import { contract, type Remote } from 'reprise/contracts';
import { SagaError, StepFailedError, StepUnknownError, type SagaContext, type StepInvocation } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { currentStep } from 'reprise/runtime';
import { z } from 'zod';
import { Deferred } from './deferred.js';
import { Lab, type Body } from './lab.js';

class Declined extends Error {
  override readonly name = 'Declined';
  constructor(readonly card: string) {
    super(`${card} was declined`);
  }
}

const Stock = contract('stock', {
  take: { input: z.object({ sku: z.string() }), output: z.object({ id: z.string() }) },
});

let caught: unknown;

@Saga({ name: 'stepping' })
class Stepping {
  @Step({ timeout: '10s', deadline: '1 minute', retry: { attempts: 3, backoff: '1s', jitter: 0 }, errors: [Declined] })
  async work(_value: string): Promise<string> {
    return 'done';
  }
  @Compensate('work', { timeout: '10s', retry: { backoff: '1s', jitter: 0 } })
  async undo(_result: string | undefined, _value: string): Promise<void> {}
  @Step() async plain(): Promise<string> {
    return '';
  }
  @Step(Stock.take) declare take: Remote<typeof Stock.take>;

  async run(kind: 'catch' | 'fail' | 'plain' | 'remote' | 'slow', saga: SagaContext): Promise<unknown> {
    if (kind === 'plain') return this.plain();
    if (kind === 'remote') return this.take({ sku: 'x' });
    try {
      return await this.work('x');
    } catch (error) {
      caught = error;
      if (kind === 'fail') throw error;
      if (kind === 'slow') {
        await saga.sleep('1 hour');
        throw error;
      }
      return (error as Error).name;
    }
  }
}

async function begin(bodies: Record<string, Body>, kind: string = 'catch') {
  caught = undefined;
  const lab = new Lab();
  await lab.open([Stepping], { bodies });
  await lab.start(Stepping, kind);
  return lab;
}

const types = async (lab: Lab): Promise<string[]> => (await lab.events()).map(({ type }) => type);

describe('S1 S2 what is durable when', () => {
  it('S1 S2 nothing runs before its intent is durable, nothing is told before the outcome is', async () => {
    const lab = new Lab();
    const gates: (() => void)[] = [];
    const story: string[] = [];
    lab.store.before = (method) =>
      method === 'append' ? new Promise<void>((open) => gates.push(() => (story.push('append'), open()))) : undefined;
    await lab.open([Stepping], { bodies: { work: () => (story.push('work runs'), 'done') } });
    const starting = lab.start(Stepping, 'catch').then(() => story.push('started'));
    await lab.calm();
    expect(story).toEqual([]);
    gates.shift()!();
    await starting;
    const result = lab.engine.result('one').then((value) => story.push(`result: ${String(value)}`));
    await lab.advance(5_000);
    expect(story.filter((line) => line !== 'started')).toEqual(['append', 'work runs']);
    gates.shift()!();
    await lab.calm();
    await result;
    expect(story.filter((line) => line !== 'started')).toEqual(['append', 'work runs', 'append', 'result: done']);
    expect(lab.store.journal).toEqual(['SagaStarted', 'StepScheduled', 'StepCompleted', 'SagaCompleted']);
  });

  it('S2 the next step does not run while the outcome of the one before is not durable', async () => {
    const lab = await begin({ work: () => Promise.reject(new Declined('visa')), undo: () => undefined }, 'fail');
    expect(lab.store.journal).toEqual(['SagaStarted', 'StepScheduled', 'StepFailed', 'SagaFailed']);
  });
});

describe('S3 the idempotency key', () => {
  it('S3 is the same on every attempt, for the body and inside it', async () => {
    const heard: StepInvocation[] = [];
    const lab = await begin({
      work: (_args, invocation) => {
        heard.push(invocation);
        expect(currentStep()).toMatchObject(invocation);
        if (heard.length < 3) throw new Error('again');
        return 'done';
      },
    });
    await lab.advance(60_000);
    const { key } = await lab.engine.describe('one');
    expect(heard.map(({ attempt, key: used, step, instance }) => [attempt, used, step, instance])).toEqual(
      [1, 2, 3].map((attempt) => [attempt, `${key.run}:0`, 'work', 'one']),
    );
    expect(currentStep()).toBeUndefined();
    await expect(lab.result(Stepping)).resolves.toBe('done');
  });

  it('S3 is handed to the participant, and to the undo together with its own', async () => {
    const remote: StepInvocation[] = [];
    const lab = await begin({ take: (_args, command) => (remote.push(command), { id: 'r' }) }, 'remote');
    const { key } = await lab.engine.describe('one');
    expect(remote).toMatchObject([{ key: `${key.run}:0`, attempt: 1, step: 'take' }]);
    const undone: StepInvocation[] = [];
    const failing = await begin(
      { work: () => Promise.reject(new Error('x')), undo: (_a, i) => void undone.push(i) },
      'fail',
    );
    await failing.advance(60_000);
    const run = (await failing.engine.describe('one')).key.run;
    expect(undone).toMatchObject([{ key: `${run}:1`, undoes: `${run}:0` }]);
  });
});

describe('S4 errors are of three kinds', () => {
  it('S4 a declared error reaches the code at once, as an instance of its class with its fields', async () => {
    let asked = 0;
    const lab = await begin({ work: () => (asked++, Promise.reject(new Declined('visa'))) });
    expect(caught).toBeInstanceOf(Declined);
    expect(caught).toMatchObject({ card: 'visa', message: 'visa was declined' });
    expect(asked).toBe(1);
    await expect(lab.result(Stepping)).resolves.toBe('Declined');
  });

  it.each<[string, unknown]>([
    ['an error', new Error('busy')],
    ['a string', 'busy'],
    ['nothing', undefined],
  ])('S4 %s that a body throws is tried again, attempt and due time durable', async (_what, thrown) => {
    let asked = 0;
    const lab = await begin({
      work: () => {
        if (++asked === 1) throw thrown;
        return 'done';
      },
    });
    const failed = await lab.eventsOf('StepAttemptFailed');
    expect(failed).toMatchObject([{ call: 0, attempt: 1, retryAt: lab.clock.now() + 1_000 }]);
    expect((await lab.engine.describe('one')).retrying).toBe(true);
    await lab.advance(999);
    expect(asked).toBe(1);
    await lab.advance(1);
    expect(asked).toBe(2);
    expect((await lab.engine.describe('one')).retrying).toBe(false);
    await expect(lab.result(Stepping)).resolves.toBe('done');
  });

  it('S4 the due time of a retry survives a crash', async () => {
    let asked = 0;
    const bodies = { work: () => (++asked === 1 ? Promise.reject(new Error('busy')) : 'done') };
    const lab = await begin(bodies);
    await lab.advance(500);
    await lab.open([Stepping], { bodies });
    await lab.advance(499);
    expect(asked).toBe(1);
    await lab.advance(1);
    expect(asked).toBe(2);
  });

  it.each<[string, unknown]>([
    [
      'a circle',
      (() => {
        const circle: unknown[] = [];
        circle.push(circle);
        return circle;
      })(),
    ],
    ['a class instance', new (class Money {})()],
    ['a function', () => undefined],
    ['too much', 'x'.repeat(1_000_001)],
  ])('S4 I2 a result that holds %s is fatal: not tried again, and told with the reason', async (_what, result) => {
    let asked = 0;
    const lab = await begin({ work: () => (asked++, result) });
    await lab.advance(60_000);
    expect(asked).toBe(1);
    expect(caught).toBeInstanceOf(StepFailedError);
    expect((caught as StepFailedError).cause).toMatchObject({
      code: expect.stringMatching(/NOT_SERIALISABLE|PAYLOAD_TOO_LARGE/),
    });
    expect(await lab.eventsOf('StepFailed')).toMatchObject([{ kind: 'fatal' }]);
  });

  it('S4 an unknown operation is fatal', async () => {
    await begin({ work: () => Promise.reject(new SagaError('NO_SUCH_SERVICE', 'Nobody is called that.')) });
    expect(caught).toMatchObject({ code: 'STEP_FAILED', step: 'work' });
  });
});

describe('S5 S6 time and the unknown outcome', () => {
  it('S5 an attempt has a timeout, the step a deadline, and S6 then its outcome is unknown', async () => {
    const steps = new Deferred();
    const lab = await begin({ work: steps.body('work') });
    const started = lab.clock.now();
    await lab.advance(9_999);
    expect(await lab.eventsOf('StepAttemptFailed')).toHaveLength(0);
    await lab.advance(1);
    expect(await lab.eventsOf('StepAttemptFailed')).toMatchObject([
      { attempt: 1, error: { code: 'STEP_TIMED_OUT' }, retryAt: started + 11_000 },
    ]);
    await lab.advance(60_000);
    expect(steps.names).toHaveLength(3);
    expect(caught).toBeInstanceOf(StepUnknownError);
    expect(caught).toMatchObject({ step: 'work', attempts: 3, cause: { code: 'STEP_TIMED_OUT' } });
    expect((caught as Error).message).toBe(
      'Step "work" has no known outcome after 3 attempts; last heard: Nobody answered step "work" within 10000 ms.',
    );
    expect(await lab.eventsOf('StepOutcomeUnknown')).toMatchObject([{ call: 0, attempts: 3 }]);
  });

  it('S5 the deadline ends a step that has attempts left, also while nobody was there to try', async () => {
    const bodies = { work: () => Promise.reject(new Error('busy')) };
    const lab = await begin(bodies);
    await lab.engine.crash();
    lab.store.freeAllNow();
    lab.clock.moveTo(lab.clock.now() + 3_600_000);
    await lab.open([Stepping], { bodies });
    await lab.calm();
    expect(caught).toMatchObject({ attempts: 1, cause: { message: 'busy' } });
  });

  it('S5 a step without options ends too', async () => {
    const lab = await begin({ plain: () => new Promise(() => undefined) }, 'plain');
    await lab.advance(16 * 60_000);
    expect(await lab.status()).toBe('failed');
  });

  it('S5 a step of an instance that waited long for a worker has all its time', async () => {
    const lab = new Lab();
    await lab.open([]);
    await lab.start(Stepping, 'catch');
    await lab.advance(86_400_000);
    await lab.open([Stepping], { bodies: { work: () => 'done' } });
    await lab.calm();
    await expect(lab.result(Stepping)).resolves.toBe('done');
  });

  it('S6 C3 the compensation of a step whose outcome is unknown runs, with undefined', async () => {
    const undone: unknown[] = [];
    const lab = await begin(
      { work: () => Promise.reject(new Error('lost')), undo: (args) => void undone.push(args) },
      'fail',
    );
    await lab.advance(60_000);
    expect(undone).toEqual([[undefined, 'x']]);
    await expect(lab.result(Stepping)).rejects.toMatchObject({
      compensated: true,
      cause: { name: 'StepUnknownError' },
    });
  });
});

describe('S7 answers that come late or twice', () => {
  it('S7 a late success is accepted while the step is tried again, and the second is an orphan', async () => {
    const steps = new Deferred();
    const lab = await begin({ work: steps.body('work') });
    await lab.advance(11_000);
    expect(steps.names).toHaveLength(2);
    steps.resolve('work', 'late');
    await lab.calm();
    await expect(lab.result(Stepping)).resolves.toBe('late');
    steps.resolve('work', 'twice');
    await lab.calm();
    expect(lab.store.orphans).toMatchObject([{ call: 0, attempt: 2, reason: 'closed-instance', payload: 'twice' }]);
  });

  it('S7 a late success of an unknown step is undone with its result, and the saga goes on meanwhile', async () => {
    const steps = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin({ work: steps.body('work'), undo: (args) => void undone.push(args) }, 'slow');
    await lab.advance(40_000);
    expect(caught).toBeInstanceOf(StepUnknownError);
    steps.resolve('work', 'late');
    await lab.calm();
    expect(await lab.eventsOf('StepCompletedLate')).toMatchObject([{ call: 0, attempt: 1, result: 'late' }]);
    await lab.advance(3_600_000);
    expect(undone).toEqual([['late', 'x']]);
    expect(await lab.status()).toBe('compensated');
    await expect(lab.result(Stepping)).rejects.toThrow('no known outcome');
  });

  it('S7 a success that comes while its undo is under way makes the undo run again', async () => {
    const steps = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin(
      { work: steps.body('work'), undo: (args) => (undone.push(args[0]), steps.body('undo')()) },
      'fail',
    );
    await lab.advance(40_000);
    expect(undone).toEqual([undefined]);
    steps.resolve('work', 'late');
    await lab.calm();
    steps.resolve('undo');
    await lab.calm();
    expect(undone).toEqual([undefined, 'late']);
    expect(await lab.status()).toBe('compensating');
    steps.resolve('undo');
    await lab.calm();
    expect(await lab.status()).toBe('compensated');
    await expect(lab.result(Stepping)).rejects.toThrow('no known outcome');
  });

  it('S7 a success after another attempt was declined counts: the step is undone', async () => {
    const steps = new Deferred();
    const undone: unknown[] = [];
    const lab = await begin({ work: steps.body('work'), undo: (args) => void undone.push(args[0]) }, 'slow');
    await lab.advance(11_000);
    steps.reject('work', new Declined('visa'));
    await lab.calm();
    expect(caught).toBeInstanceOf(Declined);
    steps.resolve('work', 'charged after all');
    await lab.calm();
    await lab.advance(3_600_000);
    expect(undone).toEqual(['charged after all']);
  });

  it('S7 an answer after the end is on record as an orphan', async () => {
    const steps = new Deferred();
    const lab = await begin({ work: steps.body('work'), undo: () => undefined }, 'fail');
    await lab.advance(40_000);
    expect(await lab.status()).toBe('compensated');
    steps.resolve('work', 'too late');
    await lab.calm();
    expect(lab.store.orphans).toMatchObject([{ call: 0, reason: 'closed-instance', payload: 'too late' }]);
    expect((await types(lab)).at(-1)).toBe('SagaCompensated');
  });
});

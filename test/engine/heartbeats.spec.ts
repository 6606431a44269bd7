import { happened, SagaError, type CallProgress, type PayloadCodec } from 'reprise/core';
import { Compensate, Saga, Step, Verify } from 'reprise/decorators';
import { currentStep, SagaQueries, type RunningStep } from 'reprise/runtime';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { Lab, type Body } from './lab.js';

const RETRY = { attempts: 3, backoff: '1s', jitter: 0 } as const;

@Saga({ name: 'copying' })
class CopySaga {
  @Step({ heartbeatTimeout: '10s', retry: RETRY }) async copy(): Promise<string> {
    return 'copied';
  }
  @Compensate('copy', { heartbeatTimeout: '10s', retry: RETRY }) async remove(): Promise<void> {}
  async run(): Promise<string> {
    return this.copy();
  }
}

@Saga({ name: 'quiet' })
class QuietSaga {
  @Step({ timeout: '10 minutes', retry: { attempts: 2, backoff: '1 hour', max: '1 hour' }, deadline: '1 day' })
  async copy(): Promise<string> {
    return 'copied';
  }
  @Step() async after(): Promise<void> {}
  async run(): Promise<string> {
    const copied = await this.copy();
    await this.after();
    return copied;
  }
}

@Saga({ name: 'transactional' })
class TransactionalSaga {
  @Step({ transactional: true, heartbeatTimeout: '10s', retry: false }) async copy(): Promise<string> {
    return 'copied';
  }
  async run(): Promise<string> {
    return this.copy();
  }
}

/** One attempt that runs until the test ends it. */
interface Running {
  readonly step: RunningStep;
  end(result: string): void;
  fail(error: Error): void;
}

/** Bodies that hang and that the test speaks for; every word to and from the store is noted. */
class Bench {
  readonly lab = new Lab();
  readonly attempts: Running[] = [];
  readonly recorded: CallProgress[][] = [];
  readonly read: unknown[] = [];
  forgotten = 0;
  /** Waited for before a record goes through. */
  before: () => Promise<void> = async () => undefined;
  readonly body: Body = () =>
    new Promise((resolve, reject) => this.attempts.push({ step: currentStep()!, end: resolve, fail: reject }));

  constructor() {
    const { progress } = this.lab.store;
    const [record, read, forget] = [
      progress.record.bind(progress),
      progress.read.bind(progress),
      progress.forget.bind(progress),
    ];
    progress.record = async (worker, told) => {
      await this.before();
      this.recorded.push([...told]);
      return record(worker, told);
    };
    progress.read = async (runs) => {
      this.read.push(...runs);
      return read(runs);
    };
    progress.forget = async (calls) => {
      this.forgotten += calls.length;
      return forget(calls);
    };
  }

  get last(): Running {
    return this.attempts.at(-1)!;
  }

  get details(): unknown[] {
    return this.recorded.flat().map(({ details }) => details);
  }

  /** What is on record of an instance now, apart from what the bench has noted. */
  async onRecord(id = 'one'): Promise<unknown[]> {
    const { key } = await this.lab.engine.describe(id);
    const found = await this.lab.store.progress.read([key]);
    this.read.length = 0;
    return found.map(({ details }) => details);
  }

  async open(options: object = {}): Promise<void> {
    const bodies = { copy: this.body, remove: this.body };
    await this.lab.open([CopySaga, QuietSaga, TransactionalSaga], { bodies, ...options });
  }

  async failures(): Promise<unknown[]> {
    return (await this.lab.eventsOf('StepAttemptFailed')).map(({ error }) => error.code ?? error.message);
  }
}

describe('S5 heartbeats of a step', () => {
  let bench: Bench;
  let lab: Lab;
  beforeEach(async () => {
    bench = new Bench();
    ({ lab } = bench);
    await bench.open();
  });

  afterEach(() => lab.engine.crash());

  describe('silence', () => {
    it('S5 ends the attempt of a body that is silent for longer than its heartbeatTimeout, and tries again', async () => {
      await lab.start(CopySaga);
      await lab.advance(9_999);
      expect(await bench.failures()).toEqual([]);
      await lab.advance(1);
      expect(await bench.failures()).toEqual(['HEARTBEAT_TIMED_OUT']);
      expect(bench.last.step.signal.reason).toMatchObject({ code: 'HEARTBEAT_TIMED_OUT' });
      await lab.advance(1_000);
      expect(bench.attempts.map(({ step }) => step.attempt)).toEqual([1, 2]);
      bench.last.end('at last');
      await lab.calm();
      expect(await lab.result(CopySaga)).toBe('at last');
    });

    it('S5 lets a body go on that is heard, far beyond the usual timeout, and ends it when it falls silent', async () => {
      await lab.start(CopySaga);
      for (let i = 0; i < 20; i++) {
        await lab.advance(9_000);
        bench.last.step.heartbeat();
      }
      await lab.advance(9_999);
      expect(await bench.failures()).toEqual([]);
      expect(bench.last.step.signal.aborted).toBe(false);
      await lab.advance(1);
      expect(await bench.failures()).toEqual(['HEARTBEAT_TIMED_OUT']);
      expect(bench.recorded).toEqual([]);
    });

    it('S5 ends an attempt at the deadline of its step, however often it is heard', async () => {
      await lab.start(CopySaga);
      for (let i = 0; i < 100; i++) {
        await lab.advance(9_000);
        bench.last.step.heartbeat();
      }
      expect(bench.attempts.map(({ step }) => step.step)).toEqual(['copy', 'remove']);
      expect((await lab.eventsOf('StepOutcomeUnknown'))[0]).toMatchObject({ error: { code: 'STEP_TIMED_OUT' } });
    });

    it('S5 takes a late success of an attempt that was silent', async () => {
      await lab.start(CopySaga);
      await lab.advance(10_500);
      bench.last.end('late');
      await lab.calm();
      expect(await lab.result(CopySaga)).toBe('late');
    });

    it('C4 watches the body of a compensation, too', async () => {
      await lab.start(CopySaga);
      await lab.engine.cancel('one');
      await lab.calm();
      bench.last.fail(new Error('stopped'));
      await lab.calm();
      expect(bench.last.step.step).toBe('remove');
      bench.last.step.heartbeat('removed 1');
      await lab.advance(10_000);
      expect(await bench.failures()).toEqual(['HEARTBEAT_TIMED_OUT']);
      await lab.advance(1_000);
      expect(bench.last.step.lastHeartbeat).toBe('removed 1');
    });
  });

  describe('details', () => {
    it('S5 are there for the next attempt: the latest, also what was not recorded yet', async () => {
      await lab.start(CopySaga);
      expect(bench.last.step.lastHeartbeat).toBeUndefined();
      bench.last.step.heartbeat({ page: 1, at: new Date(5) });
      bench.last.step.heartbeat({ page: 2, at: new Date(6) });
      expect(bench.last.step.lastHeartbeat).toBeUndefined();
      bench.last.fail(new Error('lost the line'));
      await lab.advance(1_000);
      expect(bench.attempts).toHaveLength(2);
      expect(bench.last.step.lastHeartbeat).toEqual({ page: 2, at: new Date(6) });
      // One that says nothing hands on what it was given.
      bench.last.fail(new Error('again'));
      await lab.advance(2_000);
      expect(bench.last.step.lastHeartbeat).toEqual({ page: 2, at: new Date(6) });
      expect(bench.read).toEqual([]);
    });

    it('S5 are there for another worker after a death, and no event tells of them', async () => {
      await lab.start(CopySaga);
      bench.last.step.heartbeat('page 7');
      await lab.calm();
      await bench.open();
      await lab.advance(0);
      expect(bench.attempts).toHaveLength(2);
      expect(bench.last.step).toMatchObject({ attempt: 1, lastHeartbeat: 'page 7' });
      expect(JSON.stringify(await lab.events())).not.toContain('page 7');
    });

    it('S5 of an attempt that fails are on record before its failure is, whatever becomes of the worker', async () => {
      await lab.start(CopySaga);
      for (const page of [1, 2, 3]) bench.last.step.heartbeat(page);
      await lab.calm();
      expect(bench.details).toEqual([1]);
      const atFailure: unknown[] = [];
      lab.store.before = async (method) => {
        if (method === 'append') atFailure.push(...bench.details.splice(-1));
      };
      bench.last.fail(new Error('no'));
      await lab.calm();
      expect(atFailure).toEqual([3]);
      await bench.open();
      await lab.advance(1_000);
      expect(bench.last.step).toMatchObject({ attempt: 2, lastHeartbeat: 3 });
    });

    it('S5 of an attempt that was silent or out of time are recorded, too', async () => {
      await lab.start(CopySaga);
      for (const page of [1, 2]) bench.last.step.heartbeat(page);
      await lab.advance(10_000);
      expect(await bench.failures()).toEqual(['HEARTBEAT_TIMED_OUT']);
      expect(await bench.onRecord()).toEqual([2]);
    });

    it('S5 outlive the time that the instance is only a row', async () => {
      await lab.start(QuietSaga);
      for (const page of [1, 2]) bench.last.step.heartbeat(page);
      bench.last.fail(new Error('no'));
      await lab.advance(60_000);
      expect(lab.engine.resident).toBe(0);
      await lab.advance(3_600_000);
      expect(bench.last.step).toMatchObject({ attempt: 2, lastHeartbeat: 2 });
    });

    it('S5 are shown by SagaQueries while the step is open', async () => {
      await lab.start(CopySaga);
      const queries = new SagaQueries(lab.store);
      expect(await queries.progress('one')).toEqual([]);
      bench.last.step.heartbeat({ page: 4n });
      await lab.calm();
      const at = new Date(lab.clock.now());
      const shown = [{ call: 0, step: 'copy', attempt: 1, details: { page: 4n }, at }];
      expect(await queries.progress('one')).toEqual(shown);
      expect(await queries.progress(await lab.engine.describe('one'))).toEqual(shown);
      bench.last.end('done');
      await lab.calm();
      expect(await queries.progress('one')).toEqual([]);
      await expect(queries.progress('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_INSTANCE' });
    });

    it('S5 are recorded of a step without heartbeatTimeout as well', async () => {
      await lab.start(QuietSaga);
      bench.last.step.heartbeat('half');
      await lab.advance(9 * 60_000);
      expect(await bench.failures()).toEqual([]);
      expect(await bench.onRecord()).toEqual(['half']);
    });

    it('S6 are there for the verification of a step', async () => {
      @Saga({ name: 'verified' })
      class Verified {
        @Step({ heartbeatTimeout: '10s', retry: false, onUnknown: 'verify' }) async copy(): Promise<unknown> {
          return undefined;
        }
        @Verify('copy') async look() {
          return happened<unknown>(undefined);
        }
        async run(): Promise<unknown> {
          return this.copy();
        }
      }
      const look = (): unknown => happened(`found after ${String(currentStep()!.lastHeartbeat)}`);
      await lab.open([Verified], { bodies: { copy: bench.body, look } });
      await lab.start(Verified);
      bench.last.step.heartbeat('page 3');
      await lab.advance(10_000);
      expect(await lab.result(Verified)).toBe('found after page 3');
      expect(await bench.onRecord()).toEqual([]);
    });

    it.each([
      ['cannot be stored', () => 1, 'NOT_SERIALISABLE', /heartbeat of step "copy"/],
      ['are too large', 'x'.repeat(2_000), 'PAYLOAD_TOO_LARGE', /heartbeat of step "copy"/],
    ])(
      'I2 that %s are refused to the body, and fail the step if it lets that pass',
      async (_what, details, code, what) => {
        const body = async (): Promise<void> => currentStep()!.heartbeat(details);
        await lab.open([CopySaga], { bodies: { copy: body }, payloadLimit: 1_000 });
        await lab.start(CopySaga);
        const [failed] = await lab.eventsOf('StepFailed');
        expect(failed).toMatchObject({ kind: 'fatal', attempt: 1, error: { code } });
        expect(failed!.error.message).toMatch(what);
        expect(bench.recorded).toEqual([]);
      },
    );
  });

  describe('economy', () => {
    it('S5 records at once, then the latest at most twice in a heartbeatTimeout', async () => {
      await lab.start(CopySaga);
      for (let beat = 1; beat <= 200; beat++) {
        bench.last.step.heartbeat(beat);
        await lab.advance(100);
      }
      expect(bench.details).toEqual([1, 50, 100, 150, 200]);
    });

    it('S5 records every 30 seconds where no heartbeatTimeout says otherwise', async () => {
      await lab.start(QuietSaga);
      for (let beat = 1; beat <= 70; beat++) {
        bench.last.step.heartbeat(beat);
        await lab.advance(1_000);
      }
      expect(bench.details).toEqual([1, 30, 60]);
    });

    it('S5 tells the store of many steps at once', async () => {
      for (let i = 0; i < 50; i++) await lab.start(CopySaga, undefined, `copy-${i}`);
      for (const { step } of bench.attempts) step.heartbeat(step.instance);
      await lab.calm();
      expect(bench.recorded.map((told) => told.length)).toEqual([50]);
      for (const { end } of bench.attempts) end('done');
      await lab.calm();
      expect(bench.forgotten).toBe(50);
    });

    it('S5 asks nothing of the store for steps that never say anything', async () => {
      await lab.start(CopySaga);
      bench.last.step.heartbeat();
      bench.last.fail(new Error('no'));
      await lab.advance(1_000);
      bench.last.end('done');
      await lab.calm();
      expect(await lab.result(CopySaga)).toBe('done');
      expect([bench.recorded.length, bench.read.length, bench.forgotten]).toEqual([0, 0, 0]);
    });

    it('S5 asks once for an instance that was taken over, and not for what begins here', async () => {
      await lab.start(QuietSaga);
      await bench.open();
      await lab.advance(0);
      bench.last.end('done');
      await lab.calm();
      expect(await lab.result(QuietSaga)).toBe('done');
      expect(bench.read).toHaveLength(1);
    });
  });

  describe('removal', () => {
    it('S5 nothing is left on record of a step that has an outcome', async () => {
      await lab.start(QuietSaga);
      bench.last.step.heartbeat('half');
      await lab.calm();
      expect(await bench.onRecord()).toEqual(['half']);
      bench.last.end('done');
      await lab.calm();
      expect(await bench.onRecord()).toEqual([]);
    });

    it('S5 nor of one whose outcome ends the instance, and what it said last is not recorded any more', async () => {
      await lab.start(CopySaga);
      for (const page of [1, 2]) bench.last.step.heartbeat(page);
      await lab.calm();
      bench.last.end('done');
      await lab.calm();
      expect(await lab.status()).toBe('completed');
      expect(await bench.onRecord()).toEqual([]);
      expect(bench.details).toEqual([1]);
    });

    it('S5 nor of a step whose input was edited: what was said is about another input', async () => {
      await bench.open({ bodies: { copy: bench.body } });
      await lab.start(CopySaga);
      bench.last.step.heartbeat('half');
      bench.last.fail(new Error('no'));
      await lab.calm();
      expect(await bench.onRecord()).toEqual(['half']);
      const edited = lab.engine.control.editInput('one', 0, [], { by: 'anna', reason: 'wrong file', happened: false });
      await lab.advance(0);
      await edited;
      expect(bench.attempts).toHaveLength(2);
      expect(bench.last.step.lastHeartbeat).toBeUndefined();
      expect(await bench.onRecord()).toEqual([]);
    });

    it('S5 nor of one that another worker ended without making an attempt', async () => {
      let token = '';
      const copy = (): unknown => {
        const step = currentStep()!;
        step.heartbeat('sent');
        ({ token } = step);
        return step.completeLater();
      };
      await lab.open([CopySaga], { bodies: { copy } });
      await lab.start(CopySaga);
      expect(await bench.onRecord()).toEqual(['sent']);
      await bench.open();
      await lab.engine.completions.complete(token, 'by hand');
      await lab.calm();
      expect(await lab.result(CopySaga)).toBe('by hand');
      expect(await bench.onRecord()).toEqual([]);
    });
  });

  describe('workers', () => {
    it('W2 refuses what a worker says that was taken for dead, tells its body to stop, and forgets nothing for it', async () => {
      const options = { lease: '9s', poll: '1s' } as const;
      await bench.open(options);
      let cut = false;
      lab.store.before = (method) => {
        if (cut && method === 'heartbeat') throw new Error('away');
      };
      await lab.start(CopySaga);
      const [zombie] = bench.attempts;
      zombie!.step.heartbeat('the first');
      cut = true;
      await lab.advance(8_000);
      cut = false;
      const second = await lab.second([CopySaga], { ...options, bodies: { copy: bench.body } });
      cut = true;
      await lab.advance(1_900);
      expect(bench.attempts).toHaveLength(2);
      expect(bench.last.step.lastHeartbeat).toBe('the first');
      bench.last.step.heartbeat('the second');
      await lab.calm();
      expect(zombie!.step.signal.aborted).toBe(false);
      zombie!.step.heartbeat('from the dead');
      await lab.calm();
      expect(zombie!.step.signal.reason).toMatchObject({ code: 'STEP_ABANDONED' });
      expect(await bench.onRecord()).toEqual(['the second']);
      zombie!.end('from the dead');
      await lab.calm();
      expect(await bench.onRecord()).toEqual(['the second']);
      cut = false;
      bench.last.end('alive');
      await lab.calm();
      expect(await lab.result(CopySaga)).toBe('alive');
      expect(await bench.onRecord()).toEqual([]);
      await second.crash();
    });

    it('W4 hands over what bodies say when they are told to stop', async () => {
      const body: Body = () => {
        const step = currentStep()!;
        step.heartbeat('begun');
        return new Promise((_resolve, reject) => {
          step.signal.addEventListener('abort', () => {
            step.heartbeat('stopped at 5');
            reject(new Error('stopped'));
          });
        });
      };
      await bench.open({ bodies: { copy: body } });
      await lab.start(CopySaga);
      const closing = lab.engine.close(1_000);
      await lab.advance(2_000);
      await closing;
      await lab.second([CopySaga], { bodies: { copy: bench.body } });
      await lab.advance(0);
      expect(bench.last.step.lastHeartbeat).toBe('stopped at 5');
    });

    it('W6 goes on telling a store that is away, and disturbs no body', async () => {
      await lab.start(CopySaga);
      let away = true;
      bench.before = async () => {
        if (away) throw new SagaError('STORE_UNAVAILABLE', 'The store is away.');
      };
      bench.last.step.heartbeat(1);
      await lab.advance(4_000);
      bench.last.step.heartbeat(2);
      await lab.advance(4_000);
      expect(bench.last.step.signal.aborted).toBe(false);
      expect(lab.warnings).toContain('The progress of steps did not reach the store.');
      away = false;
      await lab.advance(6_000);
      expect(await bench.onRecord()).toEqual([2]);
    });

    it('I2 leaves out what a codec will not take; it holds up no other step, and no end of an attempt', async () => {
      const codec: PayloadCodec = {
        encode: async (payload) => {
          if (payload === 'poison') throw new Error('not this one');
          return payload;
        },
        decode: async (stored) => stored,
      };
      await bench.open({ codec });
      for (const id of ['one', 'two']) await lab.start(CopySaga, undefined, id);
      const [first, second] = bench.attempts;
      first!.step.heartbeat('poison');
      second!.step.heartbeat('fine');
      await lab.calm();
      expect([await bench.onRecord('one'), await bench.onRecord('two')]).toEqual([[], ['fine']]);
      expect(lab.warnings).toContain('The progress of a step could not be recorded; it is left out.');
      first!.step.heartbeat('poison');
      first!.fail(new Error('no'));
      await lab.calm();
      expect(await bench.failures()).toEqual(['no']);
    });

    it('W6 makes the attempt again when nobody could say how far the one before came', async () => {
      await lab.start(CopySaga);
      bench.last.step.heartbeat('page 7');
      await lab.calm();
      const read = lab.store.progress.read;
      lab.store.progress.read = () => Promise.reject(new Error('away'));
      await bench.open();
      await lab.advance(0);
      expect(await bench.failures()).toEqual(['away']);
      expect(bench.attempts).toHaveLength(1);
      lab.store.progress.read = read;
      await lab.advance(1_000);
      expect(bench.last.step).toMatchObject({ attempt: 2, lastHeartbeat: 'page 7' });
    });
  });

  describe('transactional steps', () => {
    it('S9 are watched as others, and may say that they are alive', async () => {
      await lab.start(TransactionalSaga);
      await lab.advance(9_000);
      bench.last.step.heartbeat();
      await lab.advance(9_000);
      expect(bench.last.step.signal.aborted).toBe(false);
      bench.last.end('done');
      await lab.calm();
      expect(await lab.result(TransactionalSaga)).toBe('done');
    });

    it('S9 may not say how far they have come: what a failed attempt did is rolled back', async () => {
      const body = async (): Promise<void> => currentStep()!.heartbeat('half');
      await bench.open({ bodies: { copy: body } });
      await lab.start(TransactionalSaga);
      expect((await lab.eventsOf('StepFailed'))[0]).toMatchObject({ error: { code: 'CANNOT_RECORD_PROGRESS' } });
      expect(bench.recorded).toEqual([]);
    });
  });

  it('S5 nobody listens outside a step, or to an attempt that is over', async () => {
    expect(currentStep()).toBeUndefined();
    await lab.start(CopySaga);
    await lab.advance(10_000);
    const { step } = bench.last;
    step.heartbeat('too late');
    await lab.advance(60_000);
    expect(bench.details).toEqual([]);
  });

  it('D3 goes on where it was and comes to the same end wherever the process dies, in testSaga', async () => {
    const test = testSaga(CopySaga).step('copy', async () => {
      const step = currentStep()!;
      for (let page = (step.lastHeartbeat as number | undefined) ?? 0; page < 3; page++) step.heartbeat(page + 1);
      return 'copied';
    });
    const { end } = await crashEverywhere(test, undefined);
    expect(end.result).toBe('copied');
  });

  it('S5 hands the details of a failed attempt to the next in testSaga', async () => {
    const seen: unknown[] = [];
    const test = testSaga(CopySaga).step('copy', async () => {
      const step = currentStep()!;
      seen.push(step.lastHeartbeat);
      step.heartbeat(step.attempt);
      if (step.attempt < 3) throw new Error('again');
      return 'copied';
    });
    const run = await test.start(undefined);
    await run.advance('10s');
    expect(await run.result()).toBe('copied');
    expect(seen).toEqual([undefined, 1, 2]);
  });
});

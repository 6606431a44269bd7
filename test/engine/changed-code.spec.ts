import { type SagaContext } from 'reprise/core';
import { Compensate, Saga, Signal, Step, type SagaClass } from 'reprise/decorators';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

interface Calls {
  a(value?: unknown): Promise<unknown>;
  b(value?: unknown): Promise<unknown>;
  undoA(): Promise<void>;
  saga: SagaContext;
}

/** A class of the saga "changing" whose run() is this: another deploy of the same version. */
function deploy(
  body: (calls: Calls) => Promise<unknown>,
  onNote: (value: unknown) => void = () => undefined,
): SagaClass {
  @Saga({ name: 'changing' })
  class Changing {
    @Step({ timeout: '1 day', deadline: '7 days' }) async a(_value?: unknown): Promise<unknown> {
      return undefined;
    }
    @Compensate('a') async undoA(): Promise<void> {}
    @Step({ timeout: '1 day', deadline: '7 days' }) async b(_value?: unknown): Promise<unknown> {
      return undefined;
    }
    @Signal() note(value: unknown): void {
      onNote(value);
    }
    async run(_input: unknown, saga: SagaContext): Promise<unknown> {
      return body({ a: (value) => this.a(value), b: (value) => this.b(value), undoA: () => this.undoA(), saga });
    }
  }
  return Changing;
}

/** Two steps after each other, the second still in flight. */
const original = deploy(async ({ a, b }) => [await a({ deep: [{ x: 1 }] }), await b('last')]);

async function inFlight() {
  const lab = new Lab();
  const steps = new Deferred();
  const ran: string[] = [];
  const bodies = {
    a: () => (ran.push('a'), 'A'),
    b: () => (ran.push('b'), steps.body('b')()),
    undoA: () => void ran.push('undoA'),
  };
  await lab.open([original], { bodies });
  await lab.start(original);
  expect(ran).toEqual(['a', 'b']);
  return { lab, steps, ran, bodies };
}

describe('D5 code that changed while an instance was in flight', () => {
  it.each<[string, SagaClass, RegExp]>([
    [
      'another step',
      deploy(async ({ a, b }) => [await b({ deep: [{ x: 1 }] }), await a('last')]),
      /asks for step "b" as call 0, but its history recorded step "a" as call 0/,
    ],
    [
      'another kind of call',
      deploy(async ({ a, saga }) => [await a({ deep: [{ x: 1 }] }), await saga.sleep('1s')]),
      /asks for a timer as call 1, but its history recorded step "b" as call 1/,
    ],
    [
      'another input, deep down',
      deploy(async ({ a, b }) => [await a({ deep: [{ x: 2 }] }), await b('last')]),
      /step "a" as call 0 with another input[^]*- recorded: \[\{"deep":\[\{"x":1\}\]\}\]\n\+ code now: \[\{"deep":\[\{"x":2\}\]\}\]/,
    ],
    [
      'one argument more',
      deploy(async ({ a, b }) => [
        await (a as (...args: unknown[]) => Promise<unknown>)({ deep: [{ x: 1 }] }),
        await b(),
      ]),
      /step "b" as call 1 with another input/,
    ],
    [
      'a call that is missing',
      deploy(async ({ a, saga }) => [await a({ deep: [{ x: 1 }] }), await saga.until(() => false)]),
      /asks for a wait as call 1, but its history recorded step "b" as call 1/,
    ],
    [
      'a call that is missing while another is awaited',
      deploy(async ({ a, saga }) => Promise.all([a({ deep: [{ x: 1 }] }), saga.until(() => false)])),
      /the code now asks for a wait as call 1, which its history does not have/,
    ],
    [
      'a call more',
      deploy(async ({ a, b }) => {
        await a({ deep: [{ x: 1 }] });
        return Promise.all([b('last'), b('more')]);
      }),
      /the code now asks for step "b" as call 2, which its history does not have/,
    ],
    [
      'an end that comes too early',
      deploy(async ({ a }) => a({ deep: [{ x: 1 }] })),
      /asks for its end as completed, but its history recorded step "b" as call 1 there/,
    ],
    [
      'an end where history waits',
      deploy(async ({ a, b }) => {
        await a({ deep: [{ x: 1 }] });
        void b('last');
      }),
      /the code now asks for its end as completed, which its history does not have/,
    ],
    [
      'a failure where there was none',
      deploy(async ({ a }) => {
        await a({ deep: [{ x: 1 }] });
        throw new TypeError('new check');
      }),
      /asks for the start of compensation because of TypeError, but its history recorded step "b"/,
    ],
    [
      'no call at all',
      deploy(async () => new Promise(() => undefined)),
      /AWAITS_FOREIGN_PROMISE|its history recorded step "a" as call 0, which the code no longer asks for/,
    ],
  ])(
    'D5 %s parks the instance with a readable difference; a fixed deploy completes it, nothing runs twice',
    async (_what, changed, difference) => {
      const { lab, steps, ran, bodies } = await inFlight();
      await lab.open([changed], { bodies });
      await lab.calm();
      expect(await lab.incident()).toMatch(difference);
      if (!(await lab.incident())!.startsWith('AWAITS')) {
        expect(await lab.incident()).toMatch(/^NON_DETERMINISTIC: Saga "changing", instance "one": /);
        expect(await lab.incident()).toContain('register the change as a new version, or restore the call');
      }
      expect(lab.engine.resident).toBe(0);
      expect(ran).toEqual(['a', 'b']);
      await lab.advance(86_400_000);
      expect(ran).toEqual(['a', 'b']);
      const before = await lab.events();

      await lab.open([changed], { bodies });
      await lab.calm();
      expect(await lab.events()).toEqual(before);

      await lab.open([original], { bodies });
      await lab.calm();
      expect(await lab.status()).toBe('running');
      expect(await lab.eventsOf('IncidentResolved')).toEqual([{ type: 'IncidentResolved', by: 'deploy' }]);
      expect(ran).toEqual(['a', 'b', 'b']);
      steps.resolve('b', 'dead process');
      steps.resolve('b', 'B');
      await lab.calm();
      await expect(lab.result(original)).resolves.toEqual(['A', 'B']);
    },
  );

  it('D5 keeps the answer to a step that was in flight when the code offended', async () => {
    const broken = deploy(
      async ({ a, b, saga }) => {
        const first = a();
        await saga.sleep('1s');
        void b();
        await new Promise(() => undefined);
        return first;
      },
      () => {
        throw new Error('cannot read it');
      },
    );
    const mended = deploy(async ({ a, b, saga }) => {
      const first = a();
      await saga.sleep('1s');
      return [await first, await b()];
    });
    const lab = new Lab();
    const steps = new Deferred();
    let ranB = 0;
    const bodies = { a: steps.body('a'), b: () => ++ranB };
    await lab.open([broken], { bodies });
    await lab.start(broken);
    await lab.engine.signal('one', 'note', [1]);
    await lab.calm();
    expect(await lab.incident()).toMatch(/^SIGNAL_HANDLER_FAILED.*cannot read it/);
    steps.resolve('a', 'kept');
    await lab.calm();
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ call: 0, result: 'kept' }]);
    await lab.open([mended], { bodies });
    await lab.advance(1_000);
    await expect(lab.result(mended)).resolves.toEqual(['kept', 1]);
    expect(ranB).toBe(1);
  });

  it('D5 S1 what the code decided in the delivery in which it offended is not done, also when it is resumed meanwhile', async () => {
    const offending = deploy(async ({ a, b, saga, undoA }) => {
      const first = a();
      await saga.sleep('1s');
      const second = b('after the timer');
      await undoA();
      return [await first, await second];
    });
    const mended = deploy(async ({ a, b, saga }) => {
      const first = a();
      await saga.sleep('1s');
      const second = b('after the timer');
      return [await first, await second];
    });
    const lab = new Lab();
    const steps = new Deferred();
    const ran: unknown[] = [];
    const bodies = {
      a: () => (ran.push('a'), steps.body('a')()),
      b: ([value]: readonly never[]) => (ran.push(value), 'B'),
    };
    await lab.open([offending], { bodies });
    await lab.start(offending);
    await lab.advance(1_000);
    expect(await lab.incident()).toMatch('COMPENSATION_CALLED');
    await lab.engine.resume('one', 'operator');
    await lab.calm();
    expect(await lab.incident()).toMatch('COMPENSATION_CALLED');
    expect(ran).toEqual(['a']);
    await lab.open([mended], { bodies });
    await lab.calm();
    expect(ran).toEqual(['a', 'after the timer', 'a']);
    steps.resolve('a', 'dead process');
    steps.resolve('a', 'A');
    await lab.calm();
    await expect(lab.result(mended)).resolves.toEqual(['A', 'B']);
  });

  it('D5 an operator who resumes an instance whose code still offends sees the incident again, and nothing runs', async () => {
    const { lab, ran, bodies } = await inFlight();
    const changed = deploy(async ({ b }) => b());
    await lab.open([changed], { bodies });
    await lab.calm();
    await lab.engine.resume('one', 'operator');
    await lab.calm();
    expect(await lab.incident()).toMatch('NON_DETERMINISTIC');
    expect(await lab.eventsOf('IncidentResolved')).toEqual([{ type: 'IncidentResolved', by: 'operator' }]);
    expect(ran).toEqual(['a', 'b']);
    expect(lab.engine.resident).toBe(0);
  });

  it('M1 D5 takes the signals to a parked instance in, and does not spin, however slow the store is', async () => {
    const { lab, bodies } = await inFlight();
    await lab.open([deploy(async ({ b }) => b())], { bodies });
    await lab.calm();
    lab.store.before = () => new Promise((resolve) => setImmediate(resolve));
    await lab.engine.signal('one', 'note', ['hello']);
    const before = lab.store.calls;
    await lab.calm();
    expect(lab.store.calls - before).toBeLessThan(50);
    expect(await lab.eventsOf('SignalReceived')).toHaveLength(1);
    lab.store.before = () => undefined;
    const heard: unknown[] = [];
    await lab.open(
      [
        deploy(
          async ({ a, b }) => [await a({ deep: [{ x: 1 }] }), await b('last')],
          (value) => heard.push(value),
        ),
      ],
      { bodies },
    );
    await lab.calm();
    expect(await lab.status()).toBe('running');
    expect(heard).toEqual(['hello']);
  });

  it('S5 a step that the mended code asks for has all its time, however long the instance was parked', async () => {
    const broken = deploy(async ({ a }) => {
      await a();
      await new Promise(() => undefined);
    });
    const lab = new Lab();
    const bodies = { a: () => 'A', b: () => 'B' };
    await lab.open([broken], { bodies });
    await lab.start(broken);
    expect(await lab.incident()).toMatch('AWAITS_FOREIGN_PROMISE');
    await lab.advance(30 * 86_400_000);
    const mended = deploy(async ({ a, b }) => [await a(), await b()]);
    await lab.open([mended], { bodies });
    await lab.calm();
    await expect(lab.result(mended)).resolves.toEqual(['A', 'B']);
  });

  it('D5 mended code may also end at once where the broken code hung', async () => {
    const broken = deploy(async ({ a }) => {
      await a();
      await new Promise(() => undefined);
    });
    const lab = new Lab();
    const bodies = { a: () => 'A' };
    await lab.open([broken], { bodies });
    await lab.start(broken);
    const mended = deploy(async ({ a }) => a());
    await lab.open([mended], { bodies });
    await lab.calm();
    await expect(lab.result(mended)).resolves.toBe('A');
    expect((await lab.events()).map(({ type }) => type)).toEqual([
      'SagaStarted',
      'StepScheduled',
      'StepCompleted',
      'IncidentOpened',
      'IncidentResolved',
      'SagaCompleted',
    ]);
  });

  it('D5 mended code may also fail where the broken code hung, and is undone', async () => {
    const broken = deploy(async ({ a }) => {
      await a();
      await new Promise(() => undefined);
    });
    const lab = new Lab();
    const ran: string[] = [];
    const bodies = { a: () => 'A', undoA: () => void ran.push('undoA') };
    await lab.open([broken], { bodies });
    await lab.start(broken);
    const mended = deploy(async ({ a }) => {
      await a();
      throw new Error('no');
    });
    await lab.open([mended], { bodies });
    await lab.calm();
    expect(await lab.status()).toBe('compensated');
    expect(ran).toEqual(['undoA']);
    await expect(lab.result(mended)).rejects.toThrow('no');
  });

  it('D5 W2 a history that makes no sense parks its instance and takes no neighbour with it', async () => {
    const { lab, steps, bodies } = await inFlight();
    await lab.start(original, undefined, 'two');
    const { key } = await lab.engine.describe('one');
    await lab.engine.crash();
    lab.store.freeAllNow();
    const [forged] = await lab.store.append(undefined, [
      {
        key,
        seq: (await lab.store.history(key)).length,
        turn: { at: 1, events: [{ type: 'StepCompleted', call: 17, attempt: 1, result: null }] },
      },
    ]);
    expect(forged).toBe('appended');
    await lab.open([original], { bodies });
    await lab.calm();
    expect(await lab.incident()).toMatch(
      /^CORRUPT_HISTORY: The history tells of StepCompleted of call 17, which is no step/,
    );
    for (const name of [...steps.names]) steps.resolve(name, 'B');
    await lab.calm();
    expect(await lab.status('two')).toBe('completed');
  });
});

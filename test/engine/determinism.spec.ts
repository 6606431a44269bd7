import type { SagaContext } from 'reprise/core';
import { Query, Saga, sagaDefinition, Signal, Step } from 'reprise/decorators';
import { Deferred } from './deferred.js';
import { Lab } from './lab.js';

class Refused extends Error {
  override readonly name = 'Refused';
}

/** What a program asks of its saga; the programs below are what differs between the tests. */
interface Asked {
  step(name: string, value?: unknown): Promise<unknown>;
  saga: SagaContext;
}

let program: (asked: Asked) => Promise<unknown>;

@Saga({ name: 'programmed' })
class Programmed {
  seen: unknown;
  @Step({ errors: [Refused], timeout: '1 hour', deadline: '1 day' }) async step(
    _name: string,
    _value?: unknown,
  ): Promise<unknown> {
    return undefined;
  }
  @Signal() note(value: unknown): void {
    this.seen = value;
  }
  @Query() look(): unknown {
    return { seen: this.seen };
  }
  async run(_input: unknown, saga: SagaContext): Promise<unknown> {
    return program({ saga, step: (name, value) => this.step(name, value) });
  }
}

async function begin(next: (asked: Asked) => Promise<unknown>) {
  program = next;
  const lab = new Lab();
  const steps = new Deferred();
  await lab.open([Programmed], { bodies: { step: steps.byArgument } });
  await lab.start(Programmed);
  const settle = async (name: string, value?: unknown): Promise<void> => {
    if (value instanceof Error) steps.reject(name, value);
    else steps.resolve(name, value);
    await lab.calm();
  };
  return { lab, steps, settle, result: () => lab.result(Programmed) };
}

describe('D1 run() is ordinary async code, whatever order its steps complete in', () => {
  it.each([
    ['in order', ['a', 'b', 'c']],
    ['backwards', ['c', 'b', 'a']],
    ['mixed', ['b', 'c', 'a']],
  ])('D1 Promise.all, %s', async (_how, order) => {
    const { settle, result } = await begin(({ step }) => Promise.all(['a', 'b', 'c'].map((name) => step(name))));
    for (const name of order) await settle(name, name.toUpperCase());
    await expect(result()).resolves.toEqual(['A', 'B', 'C']);
  });

  it('D1 D3 Promise.race goes to the one whose completion history has first; the loser is recorded and harms nobody', async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', listen);
    const { lab, settle, result } = await begin(async ({ step }) => {
      const won = await Promise.race([step('a'), step('b')]);
      return [won, await step('c')];
    });
    await settle('b', 'B');
    await settle('a', new Refused('too late'));
    await settle('c', 'C');
    await expect(result()).resolves.toEqual(['B', 'C']);
    expect(await lab.eventsOf('StepFailed')).toMatchObject([{ call: 0, kind: 'declared' }]);
    process.off('unhandledRejection', listen);
    expect(unhandled).toEqual([]);
  });

  it('D1 Promise.race with a timer, won by the timer', async () => {
    const { lab, settle, result } = await begin(async ({ step, saga }) => {
      const won = await Promise.race([step('a'), saga.sleep('5s').then(() => 'timer')]);
      return [won, await step('b')];
    });
    await lab.advance(5_000);
    await settle('a', 'A');
    await settle('b', 'B');
    await expect(result()).resolves.toEqual(['timer', 'B']);
  });

  it('D1 Promise.any goes to the first that succeeds, and fails with all errors', async () => {
    const { settle, result } = await begin(async ({ step }) => {
      const first = await Promise.any([step('a'), step('b')]);
      const all = await Promise.any([step('c'), step('d')]).catch((error: AggregateError) =>
        error.errors.map((one: Error) => one.message),
      );
      return [first, all];
    });
    await settle('b', new Refused('b'));
    await settle('a', 'A');
    await settle('d', new Refused('d'));
    await settle('c', new Refused('c'));
    await expect(result()).resolves.toEqual(['A', ['c', 'd']]);
  });

  it('D1 Promise.allSettled tells of each', async () => {
    const { settle, result } = await begin(async ({ step }) =>
      (await Promise.allSettled([step('a'), step('b')])).map((one) =>
        one.status === 'fulfilled' ? one.value : (one.reason as Error).name,
      ),
    );
    await settle('b', new Refused('b'));
    await settle('a', 'A');
    await expect(result()).resolves.toEqual(['A', 'Refused']);
  });

  it('D1 branches, loops and try/catch/finally', async () => {
    const { settle, result } = await begin(async ({ step }) => {
      const heard: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        try {
          const answer = await step(`loop ${i}`);
          if (answer === 'skip') continue;
          heard.push(answer);
        } catch (error) {
          heard.push((error as Error).message);
        } finally {
          heard.push(i);
        }
      }
      return heard;
    });
    await settle('loop 0', 'first');
    await settle('loop 1', 'skip');
    await settle('loop 2', new Refused('no'));
    await expect(result()).resolves.toEqual(['first', 0, 1, 'no', 2]);
  });

  it('D1 branches of the code that run beside each other, each with steps of its own', async () => {
    const { settle, result } = await begin(({ step }) => {
      const branch = async (name: string) => [await step(`${name}1`), await step(`${name}2`)];
      return Promise.all([branch('a'), branch('b')]);
    });
    await settle('b1', 1);
    await settle('b2', 2);
    await settle('a1', 3);
    await settle('a2', 4);
    await expect(result()).resolves.toEqual([
      [3, 4],
      [1, 2],
    ]);
  });

  it('D1 does as many as 500 steps at once', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `s${i}`);
    program = ({ step }) => Promise.all(names.map((name) => step(name)));
    const lab = new Lab();
    await lab.open([Programmed], { bodies: { step: ([name]) => name } });
    await lab.start(Programmed);
    expect(await lab.status()).toBe('completed');
    const { key } = await lab.engine.describe('one');
    expect(await lab.store.history(key)).not.toHaveLength(0);
    const result = lab.engine.result('one');
    await lab.calm();
    await expect(result).resolves.toEqual(names);
  });

  it('D1 ends at once where there is nothing to do', async () => {
    const { lab, result } = await begin(async () => undefined);
    await expect(result()).resolves.toBeUndefined();
    expect(await lab.events()).toMatchObject([{ type: 'SagaStarted' }, { type: 'SagaCompleted' }]);
    expect(lab.engine.resident).toBe(0);
  });
});

describe('D2 D3 numbers and completions', () => {
  it('D2 a call has its number when it is made, in program order, whatever completes when', async () => {
    const { lab, settle } = await begin(async ({ step, saga }) => {
      const late = step('a').then(() => step('after a'));
      const calls = [step('b'), saga.sleep('1 day'), saga.until(() => false, '1 day'), step('c')];
      await Promise.any(calls);
      await late;
    });
    await settle('c');
    await settle('a');
    const numbers = (await lab.events()).flatMap((event) => {
      if (event.type === 'StepScheduled') return [[event.call, event.input[0]]];
      return event.type === 'TimerStarted' || event.type === 'WaitStarted' ? [[event.call, event.type]] : [];
    });
    expect(numbers).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'TimerStarted'],
      [3, 'WaitStarted'],
      [4, 'c'],
      [5, 'after a'],
    ]);
  });

  it('D3 completions that come in together reach the code one at a time, in the order of history', async () => {
    const { lab, steps, result } = await begin(async ({ step }) => {
      const heard: unknown[] = [];
      const listen = async (name: string) => {
        heard.push(await step(name));
        // Were two delivered together, the other would be heard before these microtasks are over.
        for (let i = 0; i < 10; i++) await Promise.resolve();
        heard.push(`${name} done`);
      };
      await Promise.all([listen('a'), listen('b')]);
      return heard;
    });
    steps.resolve('b', 'B');
    steps.resolve('a', 'A');
    await lab.calm();
    await expect(result()).resolves.toEqual(['B', 'b done', 'A', 'a done']);
  });

  it('D3 a step that loses a race and fails for good is recorded, and nobody has to catch it', async () => {
    const { lab, settle, result } = await begin(async ({ step }) => {
      void step('forgotten');
      await step('a');
      return 'done';
    });
    await settle('forgotten', new Refused('unheard'));
    await settle('a');
    await expect(result()).resolves.toBe('done');
    expect(await lab.eventsOf('StepFailed')).toHaveLength(1);
  });
});

describe('D4 the code gets copies that have been through the codec', () => {
  it('D4 an argument that is changed after the call is performed as it was', async () => {
    const { lab, settle } = await begin(async ({ step }) => {
      const order = { lines: [1] };
      const asked = step('a', order);
      order.lines.push(2);
      await asked;
    });
    await settle('a');
    expect(await lab.eventsOf('StepScheduled')).toMatchObject([{ input: ['a', { lines: [1] }] }]);
  });

  it('D4 a result that is changed afterwards changes neither the history nor the body that made it', async () => {
    const made = { lines: [1] };
    const { lab, settle, result } = await begin(async ({ step }) => {
      const got = (await step('a')) as { lines: number[] };
      got.lines.push(2);
      await step('b');
      return got;
    });
    await settle('a', made);
    made.lines.push(99);
    await settle('b');
    await expect(result()).resolves.toEqual({ lines: [1, 2] });
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ result: { lines: [1] } }, {}]);
    expect(made).toEqual({ lines: [1, 99] });
  });

  it.each<[string, unknown]>([
    ['Date', new Date(5)],
    ['Map', new Map<unknown, unknown>([[1, new Date(2)]])],
    ['Set', new Set([1n, 'x'])],
    ['bigint', 12345678901234567890n],
    ['Uint8Array', new Uint8Array([0, 255, 7])],
    ['undefined', undefined],
    ['NaN', NaN],
    ['-0', -0],
  ])('D4 a %s is live what it is on replay', async (_name, value) => {
    const seen: unknown[] = [];
    const { lab, settle, result } = await begin(async ({ step }) => {
      seen.push(await step('a', value));
      await step('b');
      return seen.at(-1);
    });
    await settle('a', value);
    await lab.open([Programmed], { bodies: { step: () => undefined } });
    await lab.calm();
    expect(await result()).toEqual(value);
    expect(seen.length).toBeGreaterThan(1);
    for (const one of seen) {
      expect(one).toEqual(value);
      expect(Object.prototype.toString.call(one)).toBe(Object.prototype.toString.call(value));
    }
  });

  it('D4 a signal and a query hand over copies too', async () => {
    const { lab } = await begin(({ saga }) => saga.until(() => false));
    const sent = { list: [1] };
    await lab.engine.signal('one', 'note', [sent]);
    sent.list.push(2);
    await lab.calm();
    const ask = () => lab.engine.query(sagaDefinition(Programmed), 'one', 'look', []);
    const answer = (await ask()) as { seen: { list: number[] } };
    answer.seen.list.push(3);
    expect(await ask()).toEqual({ seen: { list: [1] } });
  });
});

describe('D7 what does not come from history', () => {
  it('D7 now(), uuid() and random() are the same after a restart', async () => {
    const seen: unknown[][] = [];
    const { lab, result } = await begin(async ({ step, saga }) => {
      const mine: unknown[] = [saga.now().toISOString(), saga.uuid(), saga.random()];
      seen.push(mine);
      await saga.sleep('1 hour');
      mine.push(saga.now().toISOString(), saga.uuid(), saga.random());
      await step('a');
      return mine;
    });
    await lab.advance(3_600_000);
    await lab.open([Programmed], { bodies: { step: () => undefined } });
    await lab.calm();
    const drawn = (await result()) as string[];
    expect(drawn).toHaveLength(6);
    expect(drawn[3]).toBe(new Date(Date.parse(drawn[0]!) + 3_600_000).toISOString());
    expect(seen.length).toBeGreaterThan(2);
    for (const one of seen) expect(one).toEqual(drawn.slice(0, one.length));
  });

  it('D7 two instances draw different numbers', async () => {
    const { lab, result } = await begin(async ({ saga }) => saga.uuid());
    await lab.start(Programmed, undefined, 'two');
    expect(await result()).not.toBe(await lab.result(Programmed, 'two'));
  });

  it('D7 awaiting something that is not a call parks the instance with that sentence', async () => {
    const { lab } = await begin(() => new Promise(() => undefined));
    expect(await lab.incident()).toMatch(/AWAITS_FOREIGN_PROMISE.*neither ended nor asked for anything/);
    expect(await lab.incident()).toContain('Wrap timers, I/O and other promises in a @Step()');
  });

  it.each<[string, (resolve: () => void) => unknown]>([
    ['setImmediate', (resolve) => setImmediate(resolve)],
    ['setTimeout', (resolve) => setTimeout(resolve, 0)],
  ])('D7 %s is not awaited unnoticed, neither at the beginning nor after a step', async (_what, later) => {
    const atOnce = await begin(async ({ step }) => {
      await new Promise<void>((resolve) => later(resolve));
      await step('a');
    });
    expect(await atOnce.lab.incident()).toMatch('AWAITS_FOREIGN_PROMISE');
    const afterStep = await begin(async ({ step }) => {
      await step('a');
      await new Promise<void>((resolve) => later(resolve));
      await step('b');
    });
    await afterStep.settle('a');
    expect(await afterStep.lab.incident()).toMatch('AWAITS_FOREIGN_PROMISE');
  });

  it('D7 also when it happens after a step', async () => {
    const { lab, settle } = await begin(async ({ step }) => {
      await step('a');
      await new Promise(() => undefined);
    });
    await settle('a', 1);
    expect(await lab.incident()).toMatch('AWAITS_FOREIGN_PROMISE');
    expect((await lab.events()).map(({ type }) => type)).toEqual([
      'SagaStarted',
      'StepScheduled',
      'StepCompleted',
      'IncidentOpened',
    ]);
  });

  it.each<[string, (asked: Asked) => Promise<unknown>]>([
    ['a call', ({ step }) => step('b')],
    ['a timer', ({ saga }) => saga.sleep('1s')],
    ['its end', async () => 'end'],
    ['its failure', () => Promise.reject(new Error('end'))],
  ])('D7 while a step is open, %s after a foreign promise is out of turn', async (_what, next) => {
    let foreign: () => void = () => undefined;
    const { lab, settle } = await begin(async (asked) => {
      void asked.step('a');
      await new Promise<void>((resolve) => (foreign = resolve));
      return next(asked);
    });
    foreign();
    await lab.calm();
    expect(await lab.incident()).toMatch('CALL_OUTSIDE_TURN');
    await settle('a', 'kept');
    expect(await lab.eventsOf('StepCompleted')).toMatchObject([{ result: 'kept' }]);
    expect(lab.engine.resident).toBe(0);
  });

  it('D7 Math.random in a decision is found by replaying the prefixes', async () => {
    let chance = 0;
    const { settle, result } = await begin(async ({ step }) => {
      await step('a');
      await step(`b${chance++}`);
    });
    await settle('a');
    await settle('b0');
    await expect(result()).rejects.toMatchObject({ code: 'NON_DETERMINISTIC' });
  });
});

describe('what saga code may throw and return', () => {
  it.each<[string, unknown, string]>([
    ['a string', 'oh no', 'oh no'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object', { code: 7 }, '{"code":7}'],
  ])('C2 a saga that throws %s fails with it', async (_what, thrown, message) => {
    const { lab, result } = await begin(async () => {
      throw thrown;
    });
    expect(await lab.status()).toBe('failed');
    await expect(result()).rejects.toMatchObject({ code: 'SAGA_FAILED', cause: { name: 'NonError', message } });
  });

  it('I2 a result of run() that cannot be stored fails the saga with the path to it', async () => {
    const { lab, result } = await begin(async () => ({ deep: [() => undefined] }));
    expect(await lab.status()).toBe('failed');
    await expect(result()).rejects.toThrow('The result of run() holds a function at .deep[0]');
  });

  it('I2 an argument that cannot be stored is thrown to the code at the call, and takes no number', async () => {
    const { lab, settle, result } = await begin(async ({ step }) => {
      const refused = await step('a', Symbol('x')).catch((error: Error) => error.message);
      await step('b');
      return refused;
    });
    await settle('b');
    await expect(result()).resolves.toMatch('Argument 2 of step "step" holds a symbol');
    expect(await lab.eventsOf('StepScheduled')).toMatchObject([{ call: 0 }]);
  });
});

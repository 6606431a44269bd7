import { Compensate, Saga, Signal, Step, type SagaContext } from 'reprise/decorators';
import { Bench, Declined, ended } from './scoped.js';
import { Lab } from './lab.js';

describe('C7 saga.shielded()', () => {
  it('C7 goes on while a scope around it is cancelled: its calls end as they would', async () => {
    const bench = await Bench.of((work, saga) =>
      saga.scope(async (scope) => {
        const part = saga.shielded(async () => {
          const together = await Promise.all([work.step('a'), saga.sleep('1h'), saga.until(() => false, '1h')]);
          const inner = await saga.scope(() => work.step('b'));
          return [together, inner, await saga.withTimeout('1h', () => 'in time'), scope.cancelled];
        });
        await work.step('go');
        scope.cancel();
        return [await part, await ended(work.step('c'))];
      }),
    );
    await bench.answer('go');
    await bench.answer('a');
    await bench.lab.advance(3_600_000);
    await bench.answer('b');
    const part = [['a done', undefined, false], 'b done', 'in time', true];
    expect(await bench.result()).toEqual([part, 'SCOPE_CANCELLED']);
  });

  it('C7 lets the code clean up by steps in a scope that is cancelled', async () => {
    const bench = await Bench.of((work, saga) =>
      ended(
        saga.withTimeout('1s', async () => {
          try {
            await work.step('long');
          } finally {
            await saga.shielded(() => work.step('clean up'));
          }
        }),
      ),
    );
    await bench.lab.advance(1_000);
    await bench.answer('clean up');
    expect(await bench.result()).toBe('SCOPE_TIMED_OUT');
  });

  it('C7 holds a cancellation of the instance back: the next call after it throws it, once', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const part = await saga.shielded(async () => {
        const kept = await work.step('a');
        await saga.sleep('1h');
        return kept;
      });
      const heard: unknown[] = [part];
      for (const name of ['b', 'c']) heard.push(await ended(work.step(name)));
      return heard;
    });
    await bench.cancel('changed my mind');
    // It is still tried: nobody has given it up.
    await bench.fail('a', new Error('no answer'));
    await bench.lab.advance(1_000);
    await bench.answer('a');
    await bench.reopen();
    await bench.lab.advance(3_600_000);
    await bench.answer('c');
    expect(await bench.result()).toEqual(['a done', 'SAGA_CANCELLED', 'c done']);
    expect(await bench.lab.eventsOf('StepScheduled')).toMatchObject([{ shielded: true }, { call: 2 }]);
  });

  it.each([
    ['a step', (saga: SagaContext, step: () => Promise<unknown>) => step().then(() => saga.id)],
    ['a timer', (saga: SagaContext) => saga.sleep('1s')],
    ['a condition that holds already', (saga: SagaContext) => saga.until(() => true)],
    ['a time limit', (saga: SagaContext) => saga.withTimeout('1s', () => 1)],
    ['a call in a scope', (saga: SagaContext) => saga.scope(() => saga.sleep('1s'))],
    ['an undo, when everything is undone', (saga: SagaContext) => saga.compensate()],
    ['a continuation', (saga: SagaContext) => saga.continueAsNew()],
  ])('C7 the next call may be %s: the instance is undone, and ends as cancelled', async (_what, ask) => {
    const bench = await Bench.of(async (work, saga) => {
      await saga.shielded(() => work.step('a'));
      await ask(saga, () => work.step('b'));
    });
    await bench.cancel('changed my mind');
    await bench.answer('a');
    await expect(bench.result()).rejects.toThrow('changed my mind');
    expect(await bench.lab.status()).toBe('cancelled');
    expect(bench.undone).toEqual([['a', 'a done']]);
  });

  it('C7 ends the saga as completed when nothing is asked for after it', async () => {
    const bench = await Bench.of((work, saga) => saga.shielded(() => work.step('a')));
    await bench.cancel();
    await bench.answer('a');
    expect(await bench.result()).toBe('a done');
  });

  it('C7 is no reason to throw a cancellation twice: what else is open hears of it', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const part = saga.shielded(() => work.step('a'));
      const other = await ended(work.step('b'));
      return [other, await part, await work.step('c')];
    });
    await bench.cancel();
    await bench.answer('a');
    await bench.answer('c');
    expect(await bench.result()).toEqual(['SAGA_CANCELLED', 'a done', 'c done']);
  });

  it('M3 the handler of an update that waits is told, and run() is told all the same', async () => {
    const bench = await Bench.of(async (work, saga) => {
      await saga.shielded(() => saga.until(() => work.said.length > 0));
      return ended(work.step('b'));
    });
    await bench.ask('handled');
    await bench.cancel();
    expect(await bench.lab.eventsOf('UpdateFailed')).toMatchObject([{ error: { code: 'SAGA_CANCELLED' } }]);
    await bench.signal('say', 'go on');
    expect(await bench.result()).toBe('SAGA_CANCELLED');
  });

  it('C5 that passes the pivot leaves the cancellation without effect', async () => {
    @Saga({ name: 'pivoted' })
    class Pivoted {
      @Step() async pay(): Promise<void> {}
      @Compensate('pay') async refund(): Promise<void> {}
      @Step({ pivot: true }) async ship(): Promise<void> {}
      @Step() async tell(): Promise<void> {}
      async run(_input: undefined, saga: SagaContext): Promise<string> {
        await saga.shielded(async () => {
          await this.pay();
          await saga.sleep('1s');
          await this.ship();
        });
        await this.tell();
        return 'shipped';
      }
    }
    const lab = new Lab();
    await lab.open([Pivoted]);
    await lab.start(Pivoted);
    await lab.engine.cancel('one', 'too late');
    await lab.advance(1_000);
    expect(await lab.result(Pivoted)).toBe('shipped');
    expect(lab.warnings).toContainEqual(expect.stringContaining('held back'));
  });

  it('C5 a pivot that is under way is a shielded part by itself: its outcome is waited for', async () => {
    @Saga({ name: 'pivot.in.scope' })
    class PivotInScope {
      @Step({ pivot: true, timeout: '1 day', deadline: '9 days' }) async ship(): Promise<string> {
        return 'shipped';
      }
      async run(_input: undefined, saga: SagaContext): Promise<unknown> {
        return ended(
          saga.withTimeout('1s', async () => {
            const shipped = await this.ship();
            return [shipped, await ended(saga.sleep('1s'))];
          }),
        );
      }
    }
    const lab = new Lab();
    let answer = (): void => undefined;
    await lab.open([PivotInScope], {
      bodies: { ship: () => new Promise((resolve) => (answer = () => resolve('gone'))) },
    });
    await lab.start(PivotInScope);
    await lab.advance(5_000);
    answer();
    await lab.calm();
    expect(await lab.result(PivotInScope)).toEqual(['gone', 'SCOPE_CANCELLED']);
  });

  it('C7 that nobody awaits ends with run(), and is undone with it', async () => {
    const bench = await Bench.of(async (work, saga) => {
      void saga.shielded(() => work.step('left alone')).catch(() => undefined);
      await work.step('b');
      throw new Declined('no');
    });
    await bench.answer('b');
    await bench.answer('left alone', 'kept');
    await expect(bench.result()).rejects.toThrow('no');
    expect(bench.undone).toEqual([
      ['b', 'b done'],
      ['left alone', 'kept'],
    ]);
  });
});

describe('C6 C7 children', () => {
  const Child = childOf('child');

  it('C6 in a cancelled scope are cancelled, and waited for: then the call rejects', async () => {
    const bench = await Bench.of(
      (work, saga) =>
        saga.scope(async (scope) => {
          work.scope = scope;
          return [await ended(saga.child(Child, undefined)), await ended(work.step('b'))];
        }),
      Child,
    );
    await bench.signal('stop', 'enough');
    expect(await bench.lab.status('one/0')).toBe('compensating');
    expect(await bench.lab.status()).toBe('running');
    await bench.answer('undone');
    expect(await bench.lab.status('one/0')).toBe('cancelled');
    expect(await bench.result()).toEqual(['SCOPE_CANCELLED', 'SCOPE_CANCELLED']);
  });

  it('C6 whose parent cancels the scope before they have begun are cancelled as well', async () => {
    const bench = await Bench.of(
      (_work, saga) =>
        saga.scope(async (scope) => {
          const child = ended(saga.child(Child, undefined));
          scope.cancel();
          return child;
        }),
      Child,
    );
    await bench.lab.advance(1_000);
    await bench.answer('undone');
    expect(await bench.result()).toBe('SCOPE_CANCELLED');
    expect(await bench.lab.status('one/0')).toBe('cancelled');
  });

  it('C7 in a shielded part do not hear of the cancellation of their parent', async () => {
    const bench = await Bench.of(async (_work, saga) => {
      const kept = await saga.shielded(() => saga.child(Child, undefined));
      return [kept, await ended(saga.sleep('1s'))];
    }, Child);
    await bench.cancel();
    await bench.lab.engine.signal('one/0', 'finish', []);
    await bench.lab.advance(1_000);
    expect(await bench.result()).toEqual(['child done', 'SAGA_CANCELLED']);
  });

  it('C7 that the code starts after it has heard of a cancellation run as steps do', async () => {
    const bench = await Bench.of(async (work, saga) => {
      const heard = await ended(work.step('a'));
      return [heard, await saga.child(Child, undefined)];
    }, Child);
    await bench.cancel();
    await bench.lab.engine.signal('one/1', 'finish', []);
    await bench.lab.advance(1_000);
    expect(await bench.result()).toEqual(['SAGA_CANCELLED', 'child done']);
  });
});

/** A child that waits for word, and whose undo is a step of the bench. */
function childOf(name: string) {
  @Saga({ name })
  class Child {
    private over = false;
    @Signal() finish(): void {
      this.over = true;
    }
    @Step() async begin(): Promise<void> {}
    @Compensate('begin') async undoBegin(): Promise<void> {}
    async run(_input: undefined, saga: SagaContext): Promise<string> {
      await this.begin();
      await saga.until(() => this.over);
      return `${name} done`;
    }
  }
  return Child;
}

import { Compensate, Saga, Step, type SagaContext } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { ended } from './scoped.js';

/** Steps that succeed, and one that never gets an answer. */
class Supplies {
  @Step() async order(supplier: string): Promise<string> {
    return `order at ${supplier}`;
  }
  @Compensate('order') async withdraw(): Promise<void> {}
  @Step({ retry: { attempts: 1_000, backoff: '1s', factor: 1, jitter: 0 }, timeout: '1s', deadline: '1 day' })
  async flaky(): Promise<string> {
    throw new Error('no answer');
  }
  @Compensate('flaky') async undoFlaky(): Promise<void> {}
}

@Saga({ name: 'supplies.limited' })
class Limited extends Supplies {
  async run(fail: boolean, saga: SagaContext): Promise<unknown> {
    const inTime = await saga.withTimeout('1 minute', () => this.order('a'));
    const late = await ended(
      saga.withTimeout('5s', async () => {
        await this.order('b');
        try {
          return await this.flaky();
        } finally {
          await saga.shielded(async () => {
            await saga.sleep('1s');
            await this.order('c');
          });
        }
      }),
    );
    await saga.sleep('1s');
    if (fail) throw new Error('in the end');
    return [inTime, late];
  }
}

@Saga({ name: 'supplies.nested' })
class Nested extends Supplies {
  async run(fail: boolean, saga: SagaContext): Promise<unknown> {
    const ends = await saga.scope(async (outer) => {
      const timers = [saga.sleep('1h'), saga.until(() => false, '2h')].map(ended);
      const inner = saga.scope(async (scope) => {
        const first = await Promise.race([saga.sleep('10s').then(() => 'timer'), ended(this.flaky())]);
        scope.cancel('one is enough');
        return [first, await ended(this.order('refused'))];
      });
      const heard = await inner;
      await this.order('a');
      outer.cancel();
      return [heard, await Promise.all(timers)];
    });
    await saga.sleep('3h');
    await this.order('b');
    if (fail) throw new Error('in the end');
    return ends;
  }
}

@Saga({ name: 'supplies.kept' })
class Kept extends Supplies {
  async run(_fail: boolean, saga: SagaContext): Promise<unknown> {
    await this.order('a');
    const ends: unknown[] = [];
    try {
      await saga.shielded(async () => {
        await saga.sleep('1h');
        await this.order('b');
      });
      await saga.scope(() => this.order('never'));
    } finally {
      ends.push(await this.order('c'));
    }
    return ends;
  }
}

type SupplySaga = Supplies & { run(fail: boolean, saga: SagaContext): Promise<unknown> };

const test = (sagaClass: new () => SupplySaga) =>
  testSaga(sagaClass)
    .step('order', (supplier) => `order at ${supplier}`)
    .step('flaky', () => Promise.reject(new Error('no answer')))
    .undo('withdraw', () => undefined)
    .undo('undoFlaky', () => undefined);

describe('a crash at every point of a saga with scopes', () => {
  it('C7 D1 comes to the same end when times are kept and are up, with a shielded end', async () => {
    const { points, end } = await crashEverywhere(test(Limited), false, (run) => run.advance('1 minute'));
    expect(end).toMatchObject({ status: 'completed', result: ['order at a', 'SCOPE_TIMED_OUT'], compensated: [] });
    expect(points).toBeGreaterThan(30);
  });

  it('C7 C2 comes to the same end when that is undone: what was cancelled without an answer as well', async () => {
    const { end } = await crashEverywhere(test(Limited), true, (run) => run.advance('1 minute'));
    expect(end).toMatchObject({ status: 'compensated', compensated: ['order', 'flaky', 'order', 'order'] });
  });

  it.each([
    [false, 'completed', []],
    [true, 'compensated', ['order', 'order', 'flaky']],
  ])(
    'C7 D1 comes to the same end with scopes in scopes that are cancelled (fails: %s)',
    async (fail, status, undone) => {
      const { end } = await crashEverywhere(test(Nested), fail, (run) => run.advance('4h'));
      expect(end).toMatchObject({ status, compensated: undone });
      if (!fail)
        expect(end.result).toEqual([
          ['timer', 'SCOPE_CANCELLED'],
          ['SCOPE_CANCELLED', 'SCOPE_CANCELLED'],
        ]);
    },
  );

  it('C7 C2 comes to the same end when the instance is cancelled in a shielded part', async () => {
    const { end } = await crashEverywhere(test(Kept), false, async (run) => {
      await run.advance('30m');
      await run.cancel('changed my mind');
      await run.advance('1h');
    });
    expect(end).toMatchObject({ status: 'cancelled', compensated: ['order', 'order', 'order'] });
  });
});

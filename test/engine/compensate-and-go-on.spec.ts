import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';

/** Books a trip; when one supplier is full it takes everything back and tries the next. */
@Saga({ name: 'trip.book' })
class TripSaga {
  @Step() async flight(supplier: string): Promise<string> {
    return supplier;
  }
  @Compensate('flight') async cancelFlight(_flight: string | undefined, _supplier: string): Promise<void> {}
  @Step() async hotel(supplier: string): Promise<string> {
    return supplier;
  }
  @Compensate('hotel') async cancelHotel(_hotel: string | undefined, _supplier: string): Promise<void> {}
  @Step({ retry: false }) async pay(supplier: string): Promise<string> {
    return supplier;
  }

  async run(
    { suppliers, fails = false }: { suppliers: string[]; fails?: boolean },
    saga: SagaContext,
  ): Promise<string> {
    for (const supplier of suppliers) {
      try {
        await Promise.all([this.flight(supplier), this.hotel(supplier)]);
        await this.pay(supplier);
        if (fails) throw new Error('changed their mind');
        return supplier;
      } catch (error) {
        if ((error as Error).message === 'changed their mind') throw error;
        await saga.compensate();
      }
    }
    return 'stays at home';
  }
}

const trip = (full: readonly string[], undone: string[] = []) =>
  testSaga(TripSaga)
    .step('flight', (supplier) => supplier)
    .step('hotel', (supplier) => supplier)
    .step('pay', (supplier) => {
      if (full.includes(supplier)) throw new Error(`${supplier} is full`);
      return supplier;
    })
    .undo('cancelFlight', (_result: unknown, supplier: string) => void undone.push(`flight ${supplier}`))
    .undo('cancelHotel', (_result: unknown, supplier: string) => void undone.push(`hotel ${supplier}`));

describe('C2 saga.compensate()', () => {
  it('undoes what was done so far, newest first, and goes on', async () => {
    const undone: string[] = [];
    const run = await trip(['a', 'b'], undone).start({ suppliers: ['a', 'b', 'c'] });
    await expect(run.result()).resolves.toBe('c');
    expect(undone).toEqual(['hotel a', 'flight a', 'hotel b', 'flight b']);
    expect(run.status).toBe('completed');
  });

  it('is not undone again when the saga fails later', async () => {
    const undone: string[] = [];
    const run = await trip(['a'], undone).start({ suppliers: ['a', 'b'], fails: true });
    await expect(run.result()).rejects.toThrow('changed their mind');
    expect(undone).toEqual(['hotel a', 'flight a', 'hotel b', 'flight b']);
    expect(run.status).toBe('compensated');
  });

  it('has nothing to do where nothing was done', async () => {
    const run = await testSaga(TripSaga).start({ suppliers: [] });
    await expect(run.result()).resolves.toBe('stays at home');
  });

  it.each([false, true])('comes to the same end wherever the process dies (fails later: %s)', async (fails) => {
    const { points, end } = await crashEverywhere(trip(['a']), { suppliers: ['a', 'b'], fails }, (run) =>
      run.advance('1 minute'),
    );
    expect(points).toBeGreaterThan(20);
    expect(end.status).toBe(fails ? 'compensated' : 'completed');
    expect(end.compensated).toEqual(fails ? ['hotel', 'flight', 'hotel', 'flight'] : ['hotel', 'flight']);
  });
});

/** Takes back while a branch of its own is under way, twice at once, and is cancelled meanwhile. */
@Saga({ name: 'trip.hasty' })
class HastySaga {
  @Step() async book(_what: string): Promise<void> {}
  @Compensate('book', { retry: { backoff: '1 minute' } }) async cancel(): Promise<void> {}

  async run(_input: undefined, saga: SagaContext): Promise<string> {
    await this.book('flight');
    await Promise.all([saga.compensate(), saga.compensate()]);
    return 'went on';
  }
}

describe('C2 C7 saga.compensate()', () => {
  it('called twice at once undoes each step once', async () => {
    const run = await testSaga(HastySaga)
      .step('book', () => undefined)
      .start(undefined);
    await expect(run.result()).resolves.toBe('went on');
    expect(run.compensated).toEqual(['book']);
  });

  it('is not broken off by a cancellation, which is thrown when it is done', async () => {
    let attempts = 0;
    const run = await testSaga(HastySaga)
      .step('book', () => undefined)
      .undo('cancel', () => {
        if (++attempts < 3) throw new Error('not yet');
      })
      .start(undefined);
    await run.cancel('enough');
    expect(run.status).toBe('running');
    await run.advance('1 hour');
    expect(run.status).toBe('cancelled');
    expect(run.compensated).toEqual(['book']);
    expect(attempts).toBe(3);
    await expect(run.result()).rejects.toThrow('cancelled');
  });
});

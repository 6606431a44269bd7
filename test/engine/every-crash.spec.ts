import type { SagaContext } from 'reprise/core';
import { Compensate, Saga, Step } from 'reprise/decorators';
import { crashEverywhere, testSaga } from 'reprise/testing';
import { PlaceOrderSaga } from './place-order.js';

class Refused extends Error {
  override readonly name = 'Refused';
}

/** Everything at once: parallel steps, a race with a timer, an error that is caught, a wait, and an undo. */
@Saga({ name: 'everything' })
class EverythingSaga {
  @Step() async left(n: number): Promise<number> {
    return n;
  }
  @Compensate('left') async undoLeft(): Promise<void> {}
  @Step() async right(n: number): Promise<number> {
    return n;
  }
  @Compensate('right') async undoRight(): Promise<void> {}
  @Step({ errors: [Refused] }) async refuse(): Promise<void> {
    throw new Refused('no');
  }
  @Step({ retry: { attempts: 3, backoff: '1s' } }) async flaky(): Promise<string> {
    throw new Error('always');
  }

  async run(
    fail: boolean,
    saga: SagaContext,
  ): Promise<{ sum: number; won: string; caught: string; at: number; id: string }> {
    const [left, right] = await Promise.all([this.left(1), this.right(2)]);
    const won = await Promise.race([this.left(3).then(() => 'step'), saga.sleep('10s').then(() => 'timer')]);
    let caught = '';
    try {
      await this.refuse();
    } catch (error) {
      caught = (error as Error).name;
    }
    await saga.sleep('1 minute');
    const settled = await Promise.allSettled([this.right(4), this.refuse()]);
    const first = await Promise.any([this.refuse().then(() => 0), this.right(5)]);
    if (fail) await this.flaky();
    return { sum: left + right + settled.length + first, won, caught, at: saga.now().getTime(), id: saga.uuid() };
  }
}

const everything = () =>
  testSaga(EverythingSaga)
    .step('left', async (n) => n)
    .step('right', async (n) => n)
    .step('refuse', () => {
      throw new Refused('no');
    })
    .step('flaky', () => {
      throw new Error('always');
    });

describe('a crash at every point', () => {
  it('D1 D3 M4 comes to the same end with parallel steps, a race, a timer and a caught error', async () => {
    const { points, end } = await crashEverywhere(everything(), false, (run) => run.advance('10 minutes'));
    expect(end).toMatchObject({ status: 'completed', result: { sum: 10, won: 'step', caught: 'Refused' } });
    expect(points).toBeGreaterThan(30);
  });

  it('C2 S6 comes to the same end when all of it has to be undone', async () => {
    const { end } = await crashEverywhere(everything(), true, (run) => run.advance('10 minutes'));
    expect(end).toMatchObject({ status: 'compensated', compensated: ['right', 'right', 'left', 'right', 'left'] });
  });

  it('C2 M1 comes to the same end in a purchase that waits for approval and cannot be shipped', async () => {
    const purchase = testSaga(PlaceOrderSaga)
      .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
      .step('charge', async (id, amount) => ({ id: `p-${id}`, amount }))
      .step('ship', () => {
        throw new Error('no carrier');
      });
    const { end } = await crashEverywhere(purchase, { id: 'o1', total: 5_000 }, async (run) => {
      await run.advance('1 day');
      await run.signal('approve', 'finance');
      await run.advance('1 hour');
    });
    expect(end).toMatchObject({ status: 'compensated', compensated: ['charge', 'reserveStock'] });
  });

  it('M1 loses no signal that is sent right after a crash', async () => {
    const purchase = testSaga(PlaceOrderSaga)
      .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
      .step('charge', async (id, amount) => ({ id: `p-${id}`, amount }))
      .step('ship', (id) => ({ trackingId: `t-${id}` }));
    const { end } = await crashEverywhere(purchase, { id: 'o1', total: 5_000 }, (run) =>
      run.signal('approve', 'finance'),
    );
    expect(end).toMatchObject({ status: 'completed' });
  });
});

import { Shipping } from '@shop/contracts';
import { compensationCoverage, crashEverywhere, testSaga, type SagaTest } from 'reprise/testing';
import { PlaceOrderSaga } from './place-order.saga.js';

const DAY = 86_400_000;
const order = {
  id: 'o1',
  customerId: 'c-1',
  cartId: 'cart-1',
  region: 'north',
  lines: [{ sku: 'tea', quantity: 2 }],
  approvalWithin: 2 * DAY,
};

/** The other services, as far as one order can tell. Like them it may be asked twice. */
class Services {
  readonly holds = new Set<string>();
  constructor(
    readonly total = 5_000,
    readonly isWarehouseOpen = true,
  ) {}

  /** The shop's saga with these services behind its steps. */
  purchase(): SagaTest<PlaceOrderSaga> {
    const { holds } = this;
    return testSaga(PlaceOrderSaga)
      .step('price', () => ({ total: this.total }))
      .step('takeCart', () => void holds.add('cart'))
      .undo('giveCartBack', () => this.takeBack('cart', 'emptied cart'))
      .step('reserveStock', ({ orderId }) => (holds.add('stock'), { reservationId: `r-${orderId}` }))
      .undo('releaseStock', () => this.takeBack('stock', 'goods handed over'))
      .step('charge', ({ orderId }) => (holds.add('money'), { paymentId: `p-${orderId}` }))
      .undo('refund', () => void holds.delete('money'))
      .step('askForApproval', () => void holds.add('request'))
      .step('withdrawRequest', () => void holds.delete('request'))
      .step('noteApproval', () => undefined)
      .step('ship', ({ region }) => {
        if (region === 'moon') throw new Shipping.errors.NoCarrier({ region });
        holds.add('parcel');
        return { trackingId: 't-1', carrier: 'post' };
      })
      .undo('cancelParcel', () => void holds.delete('parcel'))
      .step('handOver', () => {
        if (!this.isWarehouseOpen) throw new Error('nobody there');
        holds.add('goods handed over');
      })
      .step('emptyCart', () => void holds.add('emptied cart'));
  }

  private takeBack(...what: readonly string[]): void {
    for (const held of what) this.holds.delete(held);
  }
}

describe('a purchase', () => {
  it('is shipped and paid', async () => {
    const run = await new Services().purchase().start(order);
    await expect(run.result()).resolves.toMatchObject({ paymentId: 'p-o1', trackingId: 't-1' });
  });

  it('C2 leaves nothing behind when nobody ships to its region', async () => {
    const services = new Services();
    const run = await services.purchase().start({ ...order, region: 'moon' });
    await expect(run.result()).rejects.toThrow('no carrier');
    expect(run.compensated).toEqual(['charge', 'reserveStock', 'takeCart']);
    expect([...services.holds]).toEqual([]);
  });

  it('M4 C2 is undone when nobody approves it in time', async () => {
    const run = await new Services(200_000).purchase().start(order);
    expect(await run.query('status')).toMatchObject({ phase: 'awaiting approval' });
    await run.advance('2 days');
    await expect(run.result()).rejects.toThrow('nobody decided');
    expect(run.compensated).toEqual(['askForApproval', 'charge', 'reserveStock', 'takeCart']);
  });

  it('D1 S3 comes to the same end whatever goes wrong on the way', async () => {
    const { end, coverage } = await crashEverywhere(
      (services: Services) => services.purchase(),
      order,
      async (run) => {
        if (run.status === 'running') await run.signal('approve', 'finance');
        await run.advance('1 hour');
      },
      { faults: 'all', world: () => new Services(200_000), standing: ({ holds }) => [...holds].sort() },
    );
    expect(end.status).toBe('completed');
    expect(coverage).toContain('step "reserveStock"');
  }, 60_000);

  it('C7 C2 leaves nothing behind when it is cancelled before the goods are handed over, wherever the process dies', async () => {
    const { end } = await crashEverywhere(
      (services: Services) => services.purchase(),
      order,
      async (run) => {
        await run.signal('approve', 'finance');
        await run.cancel('changed their mind');
      },
      { world: () => new Services(200_000, false), standing: ({ holds }) => [...holds] },
    );
    expect(end.status).toBe('cancelled');
    expect(end.compensated).toEqual(['ship', 'askForApproval', 'charge', 'reserveStock', 'takeCart']);
  }, 60_000);

  it('C2 C3 had each of its steps taken back in the tests above, for each reason that there is', () => {
    expect(compensationCoverage().atLeast(1).steps).toHaveLength(5);
  });
});

import { Shipping } from '@shop/contracts';
import { crashEverywhere, FAULTS, testSaga, type SagaTest } from 'reprise/testing';
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
  constructor(readonly total = 5_000) {}

  /** The shop's saga with these services behind its steps. */
  purchase(): SagaTest<PlaceOrderSaga> {
    const { holds } = this;
    return testSaga(PlaceOrderSaga)
      .step('price', () => ({ total: this.total }))
      .step('takeCart', () => void holds.add('cart'))
      .undo('giveCartBack', () => void holds.delete('cart'))
      .step('reserveStock', ({ orderId }) => (holds.add('stock'), { reservationId: `r-${orderId}` }))
      .undo('releaseStock', () => void holds.delete('stock'))
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
      .step('handOver', () => void holds.add('goods handed over'))
      .step('emptyCart', () => undefined);
  }
}

/** Faults after which a purchase has to end as if there had been none. */
const passing = FAULTS.filter((fault) => fault !== 'no answer');

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
      { faults: passing, world: () => new Services(200_000), standing: ({ holds }) => [...holds].sort() },
    );
    expect(end.status).toBe('completed');
    expect(coverage).toContain('step "reserveStock"');
  });
});

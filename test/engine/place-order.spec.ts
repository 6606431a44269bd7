import { SagaFailedError } from 'reprise/core';
import { testSaga } from 'reprise/testing';
import { CardDeclined, Inventory, PlaceOrderSaga } from './place-order.js';

const order = { id: 'o1', total: 100 };
const shop = () =>
  testSaga(PlaceOrderSaga)
    .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` }))
    .step('charge', async (id, amount) => ({ id: `p-${id}`, amount }))
    .step('ship', (id) => ({ trackingId: `t-${id}` }));

describe('a purchase in memory', () => {
  it('D1 completes, and every prefix of its history decides the same', async () => {
    const run = await shop().start(order);
    expect(run.status).toBe('completed');
    await expect(run.result()).resolves.toEqual({ paymentId: 'p-o1', trackingId: 't-o1' });
    expect(await run.query('status')).toEqual({ phase: 'done', approvedBy: undefined });
  });

  it('C2 refunds and releases, newest first, when nobody can ship', async () => {
    const run = await shop()
      .step('ship', () => {
        throw new Error('no carrier');
      })
      .start({ id: 'o1', total: 5_000 });
    expect(await run.query('status')).toMatchObject({ phase: 'awaiting approval' });
    await run.signal('approve', 'finance');
    await run.advance('1 hour');
    await expect(run.result()).rejects.toThrow('no carrier');
    expect(run.compensated).toEqual(['charge', 'reserveStock']);
    expect(run.status).toBe('compensated');
  });

  it('S4 throws a declared error to the code at once, as an instance of its class, and C3 does not undo that step', async () => {
    let asked = 0;
    const run = await shop()
      .step('charge', () => {
        asked++;
        throw new CardDeclined('no money');
      })
      .start(order);
    expect(asked).toBe(1);
    expect(run.compensated).toEqual(['reserveStock']);
    const failure = await run.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SagaFailedError);
    expect((failure as Error).cause).toBeInstanceOf(CardDeclined);
  });

  it('C4 ends as failed when there is nothing to undo, and a contract error is an instance of its class', async () => {
    const run = await shop()
      .step('reserveStock', () => {
        throw new Inventory.errors.OutOfStock({ sku: 'book' });
      })
      .start(order);
    expect(run.status).toBe('failed');
    const failure = (await run.result().catch((error: unknown) => error)) as Error;
    expect(failure.cause).toBeInstanceOf(Inventory.errors.OutOfStock);
    expect((failure.cause as InstanceType<typeof Inventory.errors.OutOfStock>).data).toEqual({ sku: 'book' });
  });

  it('M4 times out a wait at its due time and not before', async () => {
    const run = await shop().start({ id: 'o1', total: 5_000 });
    await run.advance('47 hours');
    expect(run.status).toBe('running');
    await run.advance('1 hour');
    await expect(run.result()).rejects.toThrow('approval timed out');
    expect(run.compensated).toEqual(['reserveStock']);
  });

  it('W1 goes on after a crash while it waits, without running a step again', async () => {
    let charged = 0;
    const run = await shop()
      .step('charge', async (id, amount) => ({ id: `p${++charged}-${id}`, amount }))
      .start({ id: 'o1', total: 5_000 });
    await run.crash();
    await run.signal('approve', 'finance');
    await run.crash();
    await expect(run.result()).resolves.toMatchObject({ paymentId: 'p1-o1' });
    expect(charged).toBe(1);
  });

  it('C7 cancels a wait, undoes, and ends as cancelled', async () => {
    const run = await shop().start({ id: 'o1', total: 5_000 });
    await run.cancel('changed my mind');
    expect(run.status).toBe('cancelled');
    expect(run.compensated).toEqual(['reserveStock']);
    await expect(run.result()).rejects.toThrow('changed my mind');
  });
});

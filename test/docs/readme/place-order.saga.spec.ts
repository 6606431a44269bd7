// place-order.saga.spec.ts: no database, no broker, virtual time
import { testSaga } from 'reprise/testing';
import { PlaceOrderSaga } from './place-order.saga.js';

it('refunds and releases when nobody can ship', async () => {
  const run = await testSaga(PlaceOrderSaga)
    .step('reserveStock', ({ orderId }) => ({ reservationId: `r-${orderId}` })) // names, arguments and results are typed
    .step('charge', async (orderId, amount) => ({ id: `p-${orderId}`, amount }))
    .step('ship', () => {
      throw new Error('no carrier');
    })
    .start({ id: 'o1', total: 5_000, lines: [{ sku: 'tea', quantity: 2 }] });
  expect(await run.query('status')).toMatchObject({ phase: 'awaiting approval' });
  await run.signal('approve', 'finance');
  await run.advance('1 hour'); // all ten attempts
  await expect(run.result()).rejects.toThrow('no carrier');
  expect(run.compensated).toEqual(['charge', 'reserveStock']);
}); // and every prefix of the history was replayed, and decided the same

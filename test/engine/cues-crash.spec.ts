import { event } from 'reprise/contracts';
import { Compensate, Saga, StartsOn, Step, type SagaContext } from 'reprise/decorators';
import { crashAtEveryPoint, crashEverywhere, testSaga } from 'reprise/testing';
import { z } from 'zod';

const OrderPlaced = event('order.placed', z.object({ orderId: z.string() }));
const OrderPaid = event('order.paid', z.object({ orderId: z.string(), times: z.number() }));
const OrderSent = event('order.sent', z.object({ orderId: z.string() }));

@Saga({ name: 'order.place' })
class PlaceOrderSaga {
  @Step() async reserve(): Promise<void> {}
  @Compensate('reserve') async release(): Promise<void> {}
  async run(orderId: string, saga: SagaContext): Promise<unknown> {
    await this.reserve();
    saga.emit(OrderPlaced, { orderId });
    const paid = await saga.waitFor(OrderPaid, { where: { orderId } });
    const again = await saga.waitFor(OrderPaid, { where: { orderId }, timeout: '1 hour' });
    const sent = await saga.waitFor(OrderSent, { where: { orderId }, timeout: '1 hour' });
    if (!sent) throw new Error('never sent');
    return [paid.times, again?.times];
  }
}

@StartsOn(OrderPlaced, { id: ({ orderId }) => `pay-${orderId}`, input: ({ orderId }) => orderId })
@Saga({ name: 'order.pay' })
class PayOrderSaga {
  @Step() async charge(): Promise<void> {}
  async run(orderId: string, saga: SagaContext): Promise<void> {
    saga.emit(OrderPaid, { orderId, times: 1 });
    await this.charge();
    saga.emit(OrderPaid, { orderId, times: 2 });
  }
}

const purchase = () =>
  testSaga(PlaceOrderSaga)
    .step('reserve', async () => undefined)
    .hosting(testSaga(PayOrderSaga).step('charge', async () => undefined));

describe('events when the process dies at any moment', () => {
  it('M6 are published once, start one instance, and reach those who wait for them once, in order', async () => {
    const { points, end } = await crashAtEveryPoint(async (point) => {
      const process = await purchase().open(point);
      const run = await process.start(PlaceOrderSaga, 'o1', { id: 'first' });
      await process.advance('1 minute');
      await process.cue(OrderSent, { orderId: 'o1' }, { id: 'sent' });
      await process.advance('1 minute');
      await run.settle();
      return {
        result: await run.result(),
        instances: process.instances.map(({ id, status }) => [id, status]).sort(),
        published: process.cues.map(({ event, payload }) => [event, payload]),
        dead: await process.engine.cues.deadLetters(),
      };
    });
    expect(end).toEqual({
      result: [1, 2],
      instances: [
        ['first', 'completed'],
        ['pay-o1', 'completed'],
      ],
      published: [
        ['order.placed', { orderId: 'o1' }],
        ['order.paid', { orderId: 'o1', times: 1 }],
        ['order.paid', { orderId: 'o1', times: 2 }],
        ['order.sent', { orderId: 'o1' }],
      ],
      dead: [],
    });
    expect(points).toBeGreaterThan(30);
  });

  it('M5 C2 come to the same end when one never comes and the saga is undone', async () => {
    const { end } = await crashEverywhere(purchase(), 'o1', (run) => run.advance('2 hours'));
    expect(end).toMatchObject({ status: 'compensated', error: 'never sent', compensated: ['reserve'] });
  });
});

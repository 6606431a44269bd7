import { Controller } from '@nestjs/common';
import { Outbox, Saga, StartsOn, type SagaContext } from 'reprise';
import { event, type HandledEvent } from 'reprise/contracts';
import { On, type HandlerStep } from 'reprise/participant';
import { z } from 'zod';

const OrderPlaced = event('order.placed', z.object({ orderId: z.string(), total: z.number() }));
const OrderPaid = event(
  'order.paid',
  z.object({ orderId: z.string(), at: z.string().transform((at) => new Date(at)) }),
);

/** Everything as it has to be. */
@StartsOn(OrderPlaced, { id: ({ orderId }) => `ship-${orderId}` })
@StartsOn(OrderPaid, { id: ({ orderId }) => orderId, input: ({ orderId }) => ({ orderId, total: 0 }) })
@Saga({ name: 'order.ship' })
export class ShipOrderSaga {
  async run({ orderId, total }: { orderId: string; total: number }, saga: SagaContext): Promise<string> {
    saga.emit(OrderPlaced, { orderId, total }, { key: orderId });
    const paid: { orderId: string; at: string } = await saga.waitFor(OrderPaid, { where: { orderId } });
    const late = await saga.waitFor(OrderPaid, { where: { orderId, at: paid.at }, timeout: '1 hour' });
    return late?.at ?? 'never';
  }
}

export async function wrongEmits(saga: SagaContext): Promise<void> {
  // @ts-expect-error a field is missing
  saga.emit(OrderPlaced, { orderId: 'o1' });
  // @ts-expect-error the total is a number
  saga.emit(OrderPlaced, { orderId: 'o1', total: '5' });
  // @ts-expect-error an event has no such field
  saga.emit(OrderPlaced, { orderId: 'o1', total: 5, color: 'red' });
  // @ts-expect-error it is published as it is before the schema's transformations
  saga.emit(OrderPaid, { orderId: 'o1', at: new Date() });
  // @ts-expect-error an event is no text
  saga.emit('order.placed', { orderId: 'o1', total: 5 });
  // @ts-expect-error the key is a text
  saga.emit(OrderPlaced, { orderId: 'o1', total: 5 }, { key: 1 });
}

export async function wrongWaits(saga: SagaContext): Promise<void> {
  // @ts-expect-error it says for which one
  await saga.waitFor(OrderPaid);
  // @ts-expect-error it says for which one
  await saga.waitFor(OrderPaid, { timeout: '1 hour' });
  // @ts-expect-error an order's id is a text
  await saga.waitFor(OrderPaid, { where: { orderId: 1 } });
  // @ts-expect-error the event has no such field
  await saga.waitFor(OrderPaid, { where: { order: 'o1' } });
  // @ts-expect-error that is no duration
  await saga.waitFor(OrderPaid, { where: { orderId: 'o1' }, timeout: 'soon' });
  const paid = await saga.waitFor(OrderPaid, { where: { orderId: 'o1' }, timeout: '1 hour' });
  // @ts-expect-error the time may have been up
  void paid.orderId;
}

// @ts-expect-error the id is made of what the event carries
@StartsOn(OrderPlaced, { id: ({ order }: { order: string }) => order })
@Saga({ name: 'foreign.id' })
export class ForeignId extends ShipOrderSaga {}

// @ts-expect-error the id is a text
@StartsOn(OrderPlaced, { id: ({ total }) => total })
@Saga({ name: 'number.id' })
export class NumberId extends ShipOrderSaga {}

// @ts-expect-error the id is known when the instance starts
@StartsOn(OrderPlaced, { id: async ({ orderId }) => orderId })
@Saga({ name: 'late.id' })
export class LateId extends ShipOrderSaga {}

// @ts-expect-error an instance has an id
@StartsOn(OrderPlaced, {})
@Saga({ name: 'no.id' })
export class NoId extends ShipOrderSaga {}

// @ts-expect-error run takes a total, which this event does not carry
@StartsOn(OrderPaid, { id: ({ orderId }) => orderId })
@Saga({ name: 'wrong.event' })
export class WrongEvent extends ShipOrderSaga {}

// @ts-expect-error run does not take what input makes
@StartsOn(OrderPlaced, { id: ({ orderId }) => orderId, input: ({ orderId }) => orderId })
@Saga({ name: 'wrong.input' })
export class WrongInput extends ShipOrderSaga {}

@Controller()
export class GoodController {
  @On(OrderPlaced) async placed({ total }: HandledEvent<typeof OrderPlaced>, step: HandlerStep): Promise<void> {
    await step.manager.query('select $1', [total]);
  }
  @On(OrderPaid, { transaction: false }) async paid({ at }: { at: Date }): Promise<void> {
    at.getTime();
  }
}

@Controller()
export class WrongController {
  // @ts-expect-error the total is a number
  @On(OrderPlaced) async text(_placed: { total: string }): Promise<void> {}

  // @ts-expect-error a handler gets what the schema puts out
  @On(OrderPaid) async before(_paid: { at: string }): Promise<void> {}

  // @ts-expect-error an event has no answer
  @On(OrderPlaced) async answers(): Promise<string> {
    return 'thank you';
  }

  // @ts-expect-error the event is acknowledged when the promise has resolved
  @On(OrderPlaced) atOnce(): void {}

  // @ts-expect-error an event is no text
  @On('order.placed') async named(): Promise<void> {}
}

export async function wrongPublishing(outbox: Outbox): Promise<void> {
  // @ts-expect-error a field is missing
  await outbox.publish(OrderPlaced, { orderId: 'o1' });
  // @ts-expect-error the id is a text
  await outbox.publish(OrderPlaced, { orderId: 'o1', total: 5 }, { id: 1 });
}

// place-order.saga.ts
import { Compensate, currentStep, Query, Saga, Signal, Step, type SagaContext } from 'reprise';
import type { Remote } from 'reprise/contracts';
import { z } from 'zod';
import { Inventory, Line, Shipping } from './contracts.js';
import { CardDeclined, PaymentGateway } from './payment-gateway.js';

export const PlaceOrder = z.object({ id: z.string(), total: z.number(), lines: z.array(Line) });
export type PlaceOrder = z.infer<typeof PlaceOrder>;

@Saga({ name: 'order.place', version: 1, input: PlaceOrder })
export class PlaceOrderSaga {
  private phase: 'reserving' | 'awaiting approval' | 'paying' | 'shipping' = 'reserving';
  private approvedBy?: string;

  constructor(private readonly gateway: PaymentGateway) {} // ordinary injection, for the bodies of steps

  @Step(Inventory.reserve, { timeout: '5s' }) // remote: a property, performed by another service
  declare reserveStock: Remote<typeof Inventory.reserve>;

  @Compensate('reserveStock', Inventory.release) // its undo: maps to the input of a command
  releaseStock(_reserved: { reservationId: string } | undefined, order: { orderId: string }) {
    return { orderId: order.orderId };
  }

  @Step({ timeout: '30s', retry: { attempts: 5, backoff: '1s' }, errors: [CardDeclined] }) // local: a method
  async charge(orderId: string, amount: number) {
    return this.gateway.charge(orderId, amount, currentStep()?.key);
  }

  @Compensate('charge') // typed to its step; undefined: nobody knows whether it happened
  async refund(payment: { id: string } | undefined, orderId: string) {
    await this.gateway.refund(payment?.id ?? orderId);
  }

  @Step(Shipping.ship)
  declare ship: Remote<typeof Shipping.ship>;

  @Signal() approve(by: string): void {
    this.approvedBy = by;
  }

  @Query() status() {
    return { phase: this.phase, approvedBy: this.approvedBy };
  }

  async run(order: PlaceOrder, saga: SagaContext) {
    await this.reserveStock({ orderId: order.id, lines: order.lines });
    if (order.total > 1_000) {
      this.phase = 'awaiting approval';
      const approved = await saga.until(() => this.approvedBy !== undefined, '2 days');
      if (!approved) throw new Error('approval timed out'); // releases the stock
    }
    this.phase = 'paying';
    const payment = await this.charge(order.id, order.total);
    this.phase = 'shipping';
    const { trackingId } = await this.ship({ orderId: order.id });
    return { paymentId: payment.id, trackingId };
  }
}

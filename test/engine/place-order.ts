import { z } from 'zod';
import { contract, type Remote } from 'reprise/contracts';
import type { SagaContext } from 'reprise/core';
import { Compensate, Query, Saga, Signal, Step } from 'reprise/decorators';

export const Inventory = contract('inventory', {
  reserve: {
    input: z.object({ orderId: z.string() }),
    output: z.object({ reservationId: z.string() }),
    errors: { OutOfStock: z.object({ sku: z.string() }) },
  },
  release: { input: z.object({ orderId: z.string() }) },
});

export class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

export interface Order {
  readonly id: string;
  readonly total: number;
}

/** The saga of the README, small enough to follow in a failing test. */
@Saga({ name: 'order.place', version: 1 })
export class PlaceOrderSaga {
  private phase = 'reserving';
  private approvedBy?: string;

  @Step(Inventory.reserve, { timeout: '5s', retry: { attempts: 3, backoff: '1s' } })
  declare reserveStock: Remote<typeof Inventory.reserve>;

  @Compensate('reserveStock', Inventory.release)
  releaseStock(_reserved: { reservationId: string } | undefined, order: { orderId: string }) {
    return { orderId: order.orderId };
  }

  @Step({ timeout: '30s', retry: { attempts: 5, backoff: '1s' }, errors: [CardDeclined] })
  async charge(orderId: string, amount: number): Promise<{ id: string; amount: number }> {
    return { id: `p-${orderId}`, amount };
  }

  @Compensate('charge')
  async refund(_payment: { id: string } | undefined, _orderId: string): Promise<void> {}

  @Step({ retry: { attempts: 3, backoff: '1s' } })
  async ship(orderId: string): Promise<{ trackingId: string }> {
    return { trackingId: `t-${orderId}` };
  }

  @Signal()
  approve(by: string): void {
    this.approvedBy = by;
  }

  @Query()
  status(): { phase: string; approvedBy: string | undefined } {
    return { phase: this.phase, approvedBy: this.approvedBy };
  }

  async run(order: Order, saga: SagaContext): Promise<{ paymentId: string; trackingId: string }> {
    await this.reserveStock({ orderId: order.id });
    if (order.total > 1_000) {
      this.phase = 'awaiting approval';
      const approved = await saga.until(() => this.approvedBy !== undefined, '2 days');
      if (!approved) throw new Error('approval timed out');
    }
    this.phase = 'paying';
    const payment = await this.charge(order.id, order.total);
    this.phase = 'shipping';
    const { trackingId } = await this.ship(order.id);
    this.phase = 'done';
    return { paymentId: payment.id, trackingId };
  }
}

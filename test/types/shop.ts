import { contract, type Remote } from 'reprise/contracts';
import { Compensate, Query, Saga, Signal, Step, type SagaContext } from 'reprise';
import { z } from 'zod';

/** The example of the design, which the other files of this folder misuse. */
const Line = z.object({ sku: z.string(), quantity: z.coerce.number() });
const ReserveStock = z.object({ orderId: z.string(), lines: z.array(Line) });

export const Inventory = contract('inventory', {
  reserve: {
    input: ReserveStock,
    output: z.object({ reservationId: z.string() }),
    errors: { OutOfStock: z.object({ sku: z.string() }) },
  },
  release: { input: z.object({ orderId: z.string() }) },
});

export const PlaceOrder = z.object({ id: z.string(), total: z.number(), lines: z.array(Line) });
export type PlaceOrder = z.infer<typeof PlaceOrder>;
type ReserveStock = z.input<typeof ReserveStock>;
interface Reservation {
  reservationId: string;
}
export interface Payment {
  id: string;
}

export class CardDeclined extends Error {}

export class PaymentGateway {
  async charge(orderId: string, amount: number): Promise<Payment> {
    return { id: `${orderId}:${amount}` };
  }
  async refund(_paymentOrOrder: string): Promise<void> {}
}

@Saga({ name: 'order.place', version: 1, input: PlaceOrder })
export class PlaceOrderSaga {
  private phase: 'reserving' | 'awaiting approval' | 'paying' = 'reserving';
  private approvedBy?: string;

  constructor(private readonly gateway: PaymentGateway) {}

  @Step(Inventory.reserve, { timeout: '5s' })
  declare reserveStock: Remote<typeof Inventory.reserve>;

  @Compensate('reserveStock', Inventory.release)
  releaseStock(_reserved: Reservation | undefined, order: ReserveStock) {
    return { orderId: order.orderId };
  }

  @Step({ timeout: '30s', retry: { attempts: 5, backoff: '1s' }, errors: [CardDeclined] })
  async charge(orderId: string, amount: number): Promise<Payment> {
    return this.gateway.charge(orderId, amount);
  }

  @Compensate('charge')
  async refund(payment: Payment | undefined, orderId: string) {
    await this.gateway.refund(payment?.id ?? orderId);
  }

  @Signal() approve(by: string) {
    this.approvedBy = by;
  }

  @Query() status() {
    return { phase: this.phase, approvedBy: this.approvedBy };
  }

  async run(order: PlaceOrder, saga: SagaContext): Promise<{ paymentId: string; reservationId: string }> {
    const { reservationId } = await this.reserveStock({ orderId: order.id, lines: order.lines });
    if (order.total > 1_000) {
      this.phase = 'awaiting approval';
      const approved = await saga.until(() => this.approvedBy !== undefined, '2 days');
      if (!approved) throw new Error('nobody approved');
    }
    this.phase = 'paying';
    const payment = await this.charge(order.id, order.total);
    return { paymentId: payment.id, reservationId };
  }
}

import { Inject } from '@nestjs/common';
import { Cart, Inventory, Payment, PlaceOrder, Product, type Receipt, Shipping } from '@shop/contracts';
import { Compensate, Query, Saga, type SagaContext, Signal, Step } from 'reprise';
import type { Remote } from 'reprise/contracts';
import { APPROVAL_LIMIT, ApprovalDesk } from './approval-desk.js';
import { ApprovalRefused, ApprovalTimedOut } from './approval-errors.js';

type Phase = 'pricing' | 'reserving' | 'paying' | 'awaiting approval' | 'shipping' | 'done';
type TakeCart = { orderId: string };
type Reserve = { orderId: string };
type Charge = { orderId: string };
type Ship = { orderId: string };

/** A purchase, from the cart to the parcel. Whatever fails on the way, what was done until then is undone, newest first. */
@Saga({ name: 'order.place', version: 1, input: PlaceOrder })
export class PlaceOrderSaga {
  private phase: Phase = 'pricing';
  private total = 0;
  private verdict?: { readonly approved: boolean; readonly by: string };

  constructor(@Inject(ApprovalDesk) private readonly desk: ApprovalDesk) {}

  @Step(Product.price, { timeout: '5s' })
  declare price: Remote<typeof Product.price>;

  @Step(Cart.take, { timeout: '5s' })
  declare takeCart: Remote<typeof Cart.take>;

  @Compensate('takeCart', Cart.giveBack)
  giveCartBack(_nothing: void | undefined, { orderId }: TakeCart) {
    return { orderId };
  }

  @Step(Inventory.reserve, { timeout: '5s' })
  declare reserveStock: Remote<typeof Inventory.reserve>;

  @Compensate('reserveStock', Inventory.release)
  releaseStock(_reservation: { reservationId: string } | undefined, { orderId }: Reserve) {
    return { orderId };
  }

  @Step(Payment.charge, { timeout: '5s' })
  declare charge: Remote<typeof Payment.charge>;

  @Compensate('charge', Payment.refund)
  refund(_payment: { paymentId: string } | undefined, { orderId }: Charge) {
    return { orderId };
  }

  @Step({ timeout: '5s' })
  async askForApproval(orderId: string, total: number): Promise<void> {
    await this.desk.ask(orderId, total);
  }

  @Compensate('askForApproval')
  async withdrawRequest(_nothing: void | undefined, orderId: string): Promise<void> {
    await this.desk.settle(orderId, 'withdrawn');
  }

  @Step({ timeout: '5s' })
  async noteApproval(orderId: string, by: string): Promise<void> {
    await this.desk.settle(orderId, `approved by ${by}`);
  }

  @Step(Shipping.ship, { timeout: '5s' })
  declare ship: Remote<typeof Shipping.ship>;

  @Compensate('ship', Shipping.cancel)
  cancelParcel(_parcel: { trackingId: string; carrier: string } | undefined, { orderId }: Ship) {
    return { orderId };
  }

  // It needs no undo of its own, and neither does the emptying: `release` and `giveBack` take back whatever the order holds by then. Nor is it
  // a point of no return: until the carrier has the parcel, an order whose cart cannot be emptied may still be taken back as a whole.
  @Step(Inventory.handOver, { timeout: '5s' })
  declare handOver: Remote<typeof Inventory.handOver>;

  @Step(Cart.empty, { timeout: '5s' })
  declare emptyCart: Remote<typeof Cart.empty>;

  @Signal()
  approve(by: string): void {
    this.verdict ??= { approved: true, by };
  }

  @Signal()
  refuse(by: string): void {
    this.verdict ??= { approved: false, by };
  }

  @Query()
  status() {
    return { phase: this.phase, total: this.total, verdict: this.verdict };
  }

  async run({ id: orderId, cartId, customerId, region, lines, approvalWithin }: PlaceOrder, saga: SagaContext) {
    const { total } = await this.price({ orderId, lines });
    this.total = total;
    this.phase = 'reserving';
    await this.takeCart({ orderId, cartId, customerId, lines });
    await this.reserveStock({ orderId, lines });
    this.phase = 'paying';
    const { paymentId } = await this.charge({ orderId, customerId, amount: total });
    if (total > APPROVAL_LIMIT) await this.approval(orderId, total, approvalWithin, saga);
    this.phase = 'shipping';
    const { trackingId, carrier } = await this.ship({ orderId, region, lines });
    await Promise.all([this.handOver({ orderId }), this.emptyCart({ orderId })]);
    this.phase = 'done';
    return { orderId, total, paymentId, carrier, trackingId } satisfies Receipt;
  }

  private async approval(orderId: string, total: number, within: number, saga: SagaContext): Promise<void> {
    this.phase = 'awaiting approval';
    await this.askForApproval(orderId, total);
    await saga.until(() => this.verdict !== undefined, within);
    if (!this.verdict) throw new ApprovalTimedOut(orderId);
    if (!this.verdict.approved) throw new ApprovalRefused(orderId, this.verdict.by);
    await this.noteApproval(orderId, this.verdict.by);
  }
}

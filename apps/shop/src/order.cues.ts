import { Controller, Inject } from '@nestjs/common';
import {
  ApprovalWanted,
  CartEmptied,
  CartGivenBack,
  type Failure,
  OrderApproved,
  OrderRefused,
  type Parcel,
  PaymentCharged,
  type PricedPurchase,
} from '@shop/contracts';
import { causedBy } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { APPROVAL_LIMIT } from './approval-desk.js';
import { Purchases } from './purchases.js';

/** Choreographed: the shop lets big orders wait for approval, and learns how orders end by the last cue of each. */
@Controller()
export class OrderCues {
  constructor(
    @Inject(Purchases) private readonly purchases: Purchases,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(PaymentCharged)
  async approve(order: PricedPurchase, step: HandlerStep): Promise<void> {
    const next = order.total > APPROVAL_LIMIT ? ApprovalWanted : OrderApproved;
    await this.outbox.publish(next, order, causedBy(step, order));
  }

  @On(CartEmptied)
  async complete(parcel: Parcel, step: HandlerStep): Promise<void> {
    await this.purchases.complete(parcel, step.manager);
  }

  @On(CartGivenBack)
  async compensated({ orderId, reason }: Failure, step: HandlerStep): Promise<void> {
    await this.purchases.fail(orderId, 'compensated', reason, step.manager);
  }

  @On(OrderRefused)
  async failed({ orderId, reason }: Failure, step: HandlerStep): Promise<void> {
    await this.purchases.fail(orderId, 'failed', reason, step.manager);
  }
}

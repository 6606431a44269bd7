import { Controller, Inject } from '@nestjs/common';
import {
  ApprovalDenied,
  type Failure,
  ParcelRefused,
  Payment,
  PaymentCharged,
  PaymentDeclined,
  PaymentRefunded,
  type PricedPurchase,
  StockReserved,
} from '@shop/contracts';
import { causedBy, Faults, refusalOf } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { Accounts } from './accounts.js';

/** Choreographed: charges when the stock is reserved, gives the money back when what comes after fails, and says so. */
@Controller()
export class PaymentCues {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(StockReserved)
  async charge(order: PricedPurchase, step: HandlerStep): Promise<void> {
    const declined = await refusalOf(Payment.errors.CardDeclined, () =>
      this.faults.around(() => this.accounts.charge({ ...order, amount: order.total }, step)),
    );
    const { orderId } = order;
    if (!declined) await this.outbox.publish(PaymentCharged, order, causedBy(step, order));
    else await this.outbox.publish(PaymentDeclined, { orderId, reason: declined }, causedBy(step, order));
  }

  @On(ApprovalDenied)
  refundDenied(failure: Failure, step: HandlerStep): Promise<void> {
    return this.refund(failure, step);
  }

  @On(ParcelRefused)
  refundUnshipped(failure: Failure, step: HandlerStep): Promise<void> {
    return this.refund(failure, step);
  }

  private async refund(failure: Failure, step: HandlerStep): Promise<void> {
    await this.faults.around(() => this.accounts.refund(failure, step));
    await this.outbox.publish(PaymentRefunded, failure, causedBy(step, failure));
  }
}

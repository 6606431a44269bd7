import { Controller, Inject } from '@nestjs/common';
import {
  CartHeld,
  type Failure,
  Inventory,
  type Parcel,
  ParcelShipped,
  PaymentDeclined,
  PaymentRefunded,
  type PricedPurchase,
  StockHandedOver,
  StockRefused,
  StockReleased,
  StockReserved,
} from '@shop/contracts';
import { causedBy, Faults, refusalOf } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { Reservations } from './reservations.js';

/** Choreographed: reserves for whoever holds a cart, releases when nobody pays, hands over what is shipped, and says so. */
@Controller()
export class InventoryCues {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Reservations) private readonly reservations: Reservations,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(CartHeld)
  async reserve(order: PricedPurchase, step: HandlerStep): Promise<void> {
    const refused = await refusalOf(Inventory.errors.OutOfStock, () =>
      this.faults.around(() => this.reservations.reserve(order, step)),
    );
    const { orderId } = order;
    if (!refused) await this.outbox.publish(StockReserved, order, causedBy(step, order));
    else await this.outbox.publish(StockRefused, { orderId, reason: refused }, causedBy(step, order));
  }

  @On(PaymentDeclined)
  releaseUnpaid(failure: Failure, step: HandlerStep): Promise<void> {
    return this.release(failure, step);
  }

  @On(PaymentRefunded)
  releaseRefunded(failure: Failure, step: HandlerStep): Promise<void> {
    return this.release(failure, step);
  }

  @On(ParcelShipped)
  async handOver(parcel: Parcel, step: HandlerStep): Promise<void> {
    await this.faults.around(() => this.reservations.handOver(parcel, step));
    await this.outbox.publish(StockHandedOver, parcel, causedBy(step, parcel));
  }

  private async release(failure: Failure, step: HandlerStep): Promise<void> {
    await this.faults.around(() => this.reservations.release(failure, step));
    await this.outbox.publish(StockReleased, failure, causedBy(step, failure));
  }
}

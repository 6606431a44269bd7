import { Controller, Inject } from '@nestjs/common';
import {
  OrderApproved,
  type Parcel,
  ParcelRefused,
  ParcelShipped,
  type PricedPurchase,
  Shipping,
} from '@shop/contracts';
import { causedBy, Faults, refusalOf } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { Parcels } from './parcels.js';

/** Choreographed: ships what is approved, and says so. Nothing comes after it that could fail for good: there is nothing to cancel. */
@Controller()
export class ShippingCues {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Parcels) private readonly parcels: Parcels,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(OrderApproved)
  async ship(order: PricedPurchase, step: HandlerStep): Promise<void> {
    let parcel: Parcel | undefined;
    const refused = await refusalOf(Shipping.errors.NoCarrier, async () => {
      parcel = await this.faults.around(() => this.parcels.ship(order, step));
    });
    const { orderId } = order;
    if (parcel) await this.outbox.publish(ParcelShipped, parcel, causedBy(step, order));
    else await this.outbox.publish(ParcelRefused, { orderId, reason: refused! }, causedBy(step, order));
  }
}

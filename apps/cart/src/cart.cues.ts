import { Controller, Inject } from '@nestjs/common';
import {
  Cart,
  CartEmptied,
  CartGivenBack,
  CartHeld,
  type Failure,
  OrderPriced,
  OrderRefused,
  type Parcel,
  type PricedPurchase,
  StockHandedOver,
  StockRefused,
  StockReleased,
} from '@shop/contracts';
import { causedBy, Faults, refusalOf } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { Carts } from './carts.js';

/** Choreographed: holds the cart of an order that has a price, empties it or gives it back at the end, and says so. */
@Controller()
export class CartCues {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Carts) private readonly carts: Carts,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(OrderPriced)
  async take(order: PricedPurchase, step: HandlerStep): Promise<void> {
    const refused = await refusalOf(Cart.errors.CartTaken, () =>
      this.faults.around(() => this.carts.take(order, step)),
    );
    const { orderId } = order;
    if (!refused) await this.outbox.publish(CartHeld, order, causedBy(step, order));
    else await this.outbox.publish(OrderRefused, { orderId, reason: refused }, causedBy(step, order));
  }

  @On(StockHandedOver)
  async empty(parcel: Parcel, step: HandlerStep): Promise<void> {
    await this.faults.around(() => this.carts.empty(parcel, step));
    await this.outbox.publish(CartEmptied, parcel, causedBy(step, parcel));
  }

  @On(StockRefused)
  giveBackUnstocked(failure: Failure, step: HandlerStep): Promise<void> {
    return this.giveBack(failure, step);
  }

  @On(StockReleased)
  giveBackReleased(failure: Failure, step: HandlerStep): Promise<void> {
    return this.giveBack(failure, step);
  }

  private async giveBack(failure: Failure, step: HandlerStep): Promise<void> {
    await this.faults.around(() => this.carts.giveBack(failure, step));
    await this.outbox.publish(CartGivenBack, failure, causedBy(step, failure));
  }
}

import { Controller, Inject } from '@nestjs/common';
import { OrderPlaced, OrderPriced, OrderRefused, Product, type Purchase } from '@shop/contracts';
import { causedBy, Faults, refusalOf } from '@shop/service';
import { Outbox } from 'reprise';
import { On, type HandlerStep } from 'reprise/participant';
import { Prices } from './prices.js';

/** Choreographed: prices what is placed, and says so. */
@Controller()
export class ProductCues {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Prices) private readonly prices: Prices,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  @On(OrderPlaced)
  async price(order: Purchase, step: HandlerStep): Promise<void> {
    let priced: { total: number } | undefined;
    const refused = await refusalOf(Product.errors.UnknownArticle, async () => {
      priced = await this.faults.around(() => this.prices.of(order.lines, step.manager));
    });
    const { orderId } = order;
    if (priced) await this.outbox.publish(OrderPriced, { ...order, ...priced }, causedBy(step, order));
    else await this.outbox.publish(OrderRefused, { orderId, reason: refused! }, causedBy(step, order));
  }
}

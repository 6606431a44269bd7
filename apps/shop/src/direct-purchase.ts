import { Inject, Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { Parcel, PricedPurchase, Purchase } from '@shop/contracts';
import { Neighbour } from '@shop/service';
import { APPROVAL_LIMIT, ApprovalDesk } from './approval-desk.js';
import { Purchases } from './purchases.js';

/** How often the shop looks for orders about which nobody decided, in milliseconds. */
const SWEEP = 500;

/**
 * Coupled: asks for the price and calls the chain of services, which answers when all of it is done. No call can wait two days for a
 * person: the approval comes before anything is taken.
 */
@Injectable()
export class DirectPurchase implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(DirectPurchase.name);
  private readonly product = new Neighbour('product', 2_000);
  private readonly cart = new Neighbour('cart', 30_000);
  private sweeping?: NodeJS.Timeout;

  constructor(
    @Inject(Purchases) private readonly purchases: Purchases,
    @Inject(ApprovalDesk) private readonly desk: ApprovalDesk,
  ) {}

  onModuleInit(): void {
    this.sweeping = setInterval(() => {
      this.sweep().catch((error: unknown) => this.logger.error(String(error)));
    }, SWEEP);
  }

  onModuleDestroy(): void {
    clearInterval(this.sweeping);
  }

  async begin(order: Purchase): Promise<void> {
    try {
      const { total } = await this.product.call<{ total: number }>('price', order);
      const priced = { ...order, total };
      if (total <= APPROVAL_LIMIT) return await this.buy(priced);
      await this.purchases.awaitDecision(priced);
      await this.desk.ask(order.orderId, total);
    } catch (error) {
      await this.fail(order, error);
    }
  }

  /** Answers false when the order does not wait for a decision. */
  async decide(orderId: string, outcome: string, approved: boolean): Promise<boolean> {
    const order = await this.purchases.decide(orderId);
    if (!order) return false;
    await this.desk.settle(orderId, outcome);
    if (approved) await this.buy(order);
    else await this.purchases.fail(orderId, 'failed', outcome);
    return true;
  }

  private async buy(order: PricedPurchase): Promise<void> {
    try {
      await this.purchases.complete(await this.cart.call<Parcel>('buy', order));
    } catch (error) {
      await this.cart.undo(order);
      await this.fail(order, error);
    }
  }

  private async fail({ orderId }: Purchase, error: unknown): Promise<void> {
    const { name, message } = error as Error;
    await this.purchases.fail(orderId, 'failed', name === 'Error' ? message : name);
  }

  private async sweep(): Promise<void> {
    for (const orderId of await this.purchases.forgotten()) await this.decide(orderId, 'ApprovalTimedOut', false);
  }
}

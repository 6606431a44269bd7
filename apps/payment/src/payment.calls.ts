import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Parcel, PricedPurchase } from '@shop/contracts';
import { address, Faults, Neighbour } from '@shop/service';
import { DataSource } from 'typeorm';
import { Accounts } from './accounts.js';

/** Coupled: charges, calls shipping, and gives the money back when that fails. */
@Controller()
export class PaymentCalls {
  private readonly shipping = new Neighbour('shipping', 2_000);

  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @MessagePattern(address('payment.buy'))
  async buy(@Payload() order: PricedPurchase): Promise<Parcel> {
    await this.database.transaction((manager) =>
      this.faults.around(() => this.accounts.charge({ ...order, amount: order.total }, { manager, key: 'buy' })),
    );
    try {
      return await this.shipping.call<Parcel>('buy', order);
    } catch (error) {
      await this.takeBack(order);
      throw error;
    }
  }

  @MessagePattern(address('payment.undo'))
  undo(@Payload() order: PricedPurchase): Promise<void> {
    return this.faults.around(() => this.takeBack(order));
  }

  private async takeBack(order: PricedPurchase): Promise<void> {
    await this.shipping.undo(order);
    await this.database.transaction((manager) => this.accounts.refund(order, { manager, key: 'undo' }));
  }
}

import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Parcel, PricedPurchase } from '@shop/contracts';
import { address, Faults, Neighbour } from '@shop/service';
import { DataSource } from 'typeorm';
import { Carts } from './carts.js';

/** Coupled: takes the cart, calls inventory, empties the cart at the end, and gives it back when that fails. */
@Controller()
export class CartCalls {
  private readonly inventory = new Neighbour('inventory', 14_000);

  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Carts) private readonly carts: Carts,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @MessagePattern(address('cart.buy'))
  async buy(@Payload() order: PricedPurchase): Promise<Parcel> {
    await this.database.transaction((manager) =>
      this.faults.around(() => this.carts.take(order, { manager, key: 'buy' })),
    );
    try {
      const parcel = await this.inventory.call<Parcel>('buy', order);
      await this.database.transaction((manager) => this.carts.empty(order, { manager, key: 'buy' }));
      return parcel;
    } catch (error) {
      await this.takeBack(order);
      throw error;
    }
  }

  @MessagePattern(address('cart.undo'))
  undo(@Payload() order: PricedPurchase): Promise<void> {
    return this.faults.around(() => this.takeBack(order));
  }

  private async takeBack(order: PricedPurchase): Promise<void> {
    await this.inventory.undo(order);
    await this.database.transaction((manager) => this.carts.giveBack(order, { manager, key: 'undo' }));
  }
}

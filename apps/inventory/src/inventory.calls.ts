import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Parcel, PricedPurchase } from '@shop/contracts';
import { address, Faults, Neighbour } from '@shop/service';
import { DataSource } from 'typeorm';
import { Reservations } from './reservations.js';

/** Coupled: reserves, calls payment, hands over what was shipped, and releases when that fails. */
@Controller()
export class InventoryCalls {
  private readonly payment = new Neighbour('payment', 6_000);

  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Reservations) private readonly reservations: Reservations,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @MessagePattern(address('inventory.buy'))
  async buy(@Payload() order: PricedPurchase): Promise<Parcel> {
    await this.database.transaction((manager) =>
      this.faults.around(() => this.reservations.reserve(order, { manager, key: 'buy' })),
    );
    try {
      const parcel = await this.payment.call<Parcel>('buy', order);
      await this.database.transaction((manager) => this.reservations.handOver(order, { manager, key: 'buy' }));
      return parcel;
    } catch (error) {
      await this.takeBack(order);
      throw error;
    }
  }

  @MessagePattern(address('inventory.undo'))
  undo(@Payload() order: PricedPurchase): Promise<void> {
    return this.faults.around(() => this.takeBack(order));
  }

  private async takeBack(order: PricedPurchase): Promise<void> {
    await this.payment.undo(order);
    await this.database.transaction((manager) => this.reservations.release(order, { manager, key: 'undo' }));
  }
}

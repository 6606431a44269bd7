import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import type { Parcel, PricedPurchase } from '@shop/contracts';
import { address, Faults } from '@shop/service';
import { DataSource } from 'typeorm';
import { Parcels } from './parcels.js';

/** Coupled: the end of the chain. */
@Controller()
export class ShippingCalls {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Parcels) private readonly parcels: Parcels,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @MessagePattern(address('shipping.buy'))
  buy(@Payload() order: PricedPurchase): Promise<Parcel> {
    return this.database.transaction((manager) =>
      this.faults.around(() => this.parcels.ship(order, { manager, key: 'buy' })),
    );
  }

  @MessagePattern(address('shipping.undo'))
  undo(@Payload() order: PricedPurchase): Promise<void> {
    return this.database.transaction((manager) =>
      this.faults.around(() => this.parcels.cancel(order, { manager, key: 'undo' })),
    );
  }
}

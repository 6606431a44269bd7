import { Controller, Inject } from '@nestjs/common';
import { type Parcel, Shipping } from '@shop/contracts';
import { Faults } from '@shop/service';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { Parcels } from './parcels.js';

/** Orchestrated: does what the saga asks for. */
@Controller()
export class ShippingController implements Handlers<typeof Shipping> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Parcels) private readonly parcels: Parcels,
  ) {}

  @Handles(Shipping.ship)
  ship(order: HandlerInput<typeof Shipping.ship>, step: HandlerStep): Promise<Parcel> {
    return this.faults.around(() => this.parcels.ship(order, step));
  }

  @Handles(Shipping.cancel)
  cancel(order: HandlerInput<typeof Shipping.cancel>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.parcels.cancel(order, step));
  }
}

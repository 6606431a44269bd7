import { Controller, Inject } from '@nestjs/common';
import { Inventory } from '@shop/contracts';
import { Faults } from '@shop/service';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { Reservations } from './reservations.js';

/** Orchestrated: does what the saga asks for. */
@Controller()
export class InventoryController implements Handlers<typeof Inventory> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Reservations) private readonly reservations: Reservations,
  ) {}

  @Handles(Inventory.reserve)
  reserve(order: HandlerInput<typeof Inventory.reserve>, step: HandlerStep): Promise<{ reservationId: string }> {
    return this.faults.around(() => this.reservations.reserve(order, step));
  }

  @Handles(Inventory.release)
  release(order: HandlerInput<typeof Inventory.release>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.reservations.release(order, step));
  }

  @Handles(Inventory.handOver)
  handOver(order: HandlerInput<typeof Inventory.handOver>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.reservations.handOver(order, step));
  }
}

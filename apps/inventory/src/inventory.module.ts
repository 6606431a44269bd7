import { Module } from '@nestjs/common';
import { byModel, ServiceModule } from '@shop/service';
import { Delivery } from './delivery.js';
import { InventoryCalls } from './inventory.calls.js';
import { InventoryController } from './inventory.controller.js';
import { InventoryCues } from './inventory.cues.js';
import { Reservations } from './reservations.js';
import { Shelves } from './shelves.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [byModel({ orchestrated: InventoryController, choreographed: InventoryCues, coupled: InventoryCalls })],
  providers: [Shelves, Reservations, Delivery],
})
export class InventoryModule {}

import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service';
import { Delivery } from './delivery.js';
import { InventoryController } from './inventory.controller.js';
import { Shelves } from './shelves.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [InventoryController],
  providers: [Shelves, Delivery],
})
export class InventoryModule {}

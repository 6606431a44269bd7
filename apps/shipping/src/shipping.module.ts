import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service';
import { ShippingController } from './shipping.controller.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [ShippingController],
})
export class ShippingModule {}

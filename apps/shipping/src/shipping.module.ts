import { Module } from '@nestjs/common';
import { byModel, ServiceModule } from '@shop/service';
import { Parcels } from './parcels.js';
import { ShippingCalls } from './shipping.calls.js';
import { ShippingController } from './shipping.controller.js';
import { ShippingCues } from './shipping.cues.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [byModel({ orchestrated: ShippingController, choreographed: ShippingCues, coupled: ShippingCalls })],
  providers: [Parcels],
})
export class ShippingModule {}

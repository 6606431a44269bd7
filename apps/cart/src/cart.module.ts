import { Module } from '@nestjs/common';
import { byModel, ServiceModule } from '@shop/service';
import { CartCalls } from './cart.calls.js';
import { CartController } from './cart.controller.js';
import { CartCues } from './cart.cues.js';
import { Carts } from './carts.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [byModel({ orchestrated: CartController, choreographed: CartCues, coupled: CartCalls })],
  providers: [Carts],
})
export class CartModule {}

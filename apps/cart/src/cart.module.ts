import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service';
import { CartController } from './cart.controller.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [CartController],
})
export class CartModule {}

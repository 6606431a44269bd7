import { Module } from '@nestjs/common';
import { byModel, ServiceModule } from '@shop/service';
import { Prices } from './prices.js';
import { ProductCalls } from './product.calls.js';
import { ProductController } from './product.controller.js';
import { ProductCues } from './product.cues.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [byModel({ orchestrated: ProductController, choreographed: ProductCues, coupled: ProductCalls })],
  providers: [Prices],
})
export class ProductModule {}

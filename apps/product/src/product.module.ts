import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service';
import { ProductController } from './product.controller.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [ProductController],
})
export class ProductModule {}

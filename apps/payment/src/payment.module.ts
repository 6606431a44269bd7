import { Module } from '@nestjs/common';
import { ServiceModule } from '@shop/service';
import { PaymentController } from './payment.controller.js';
import { Payday } from './payday.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [PaymentController],
  providers: [Payday],
})
export class PaymentModule {}

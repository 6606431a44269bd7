import { Module } from '@nestjs/common';
import { byModel, ServiceModule } from '@shop/service';
import { Accounts } from './accounts.js';
import { Payday } from './payday.js';
import { PaymentCalls } from './payment.calls.js';
import { PaymentController } from './payment.controller.js';
import { PaymentCues } from './payment.cues.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

@Module({
  imports: [ServiceModule.withTables(SCHEMA, MIGRATIONS)],
  controllers: [byModel({ orchestrated: PaymentController, choreographed: PaymentCues, coupled: PaymentCalls })],
  providers: [Accounts, Payday],
})
export class PaymentModule {}

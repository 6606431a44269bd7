import { Module } from '@nestjs/common';
import { inboxModule, outboxModule, tablesModule } from '@shop/service';
import { ApprovalDesk } from './approval-desk.js';
import { ApproveOrderSaga } from './approve-order.saga.js';
import { CuedOrdersController } from './cued-orders.controller.js';
import { ShopFaultsController } from './faults.controller.js';
import { OrderCues } from './order.cues.js';
import { Purchases } from './purchases.js';
import { PurchasesController } from './purchases.controller.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

/** Choreographed: the shop is a service among others, which hears and says. */
@Module({
  imports: [tablesModule(SCHEMA, MIGRATIONS), inboxModule(SCHEMA), outboxModule(SCHEMA)],
  controllers: [CuedOrdersController, OrderCues, PurchasesController, ShopFaultsController],
  providers: [ApproveOrderSaga, ApprovalDesk, Purchases],
})
export class ChoreographedShopModule {}

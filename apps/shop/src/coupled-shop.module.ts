import { Module } from '@nestjs/common';
import { tablesModule } from '@shop/service';
import { ApprovalDesk } from './approval-desk.js';
import { CalledOrdersController } from './called-orders.controller.js';
import { DirectPurchase } from './direct-purchase.js';
import { ShopFaultsController } from './faults.controller.js';
import { Purchases } from './purchases.js';
import { PurchasesController } from './purchases.controller.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

/** Coupled: the shop calls the services, and knows what they answer. */
@Module({
  imports: [tablesModule(SCHEMA, MIGRATIONS)],
  controllers: [CalledOrdersController, PurchasesController, ShopFaultsController],
  providers: [DirectPurchase, ApprovalDesk, Purchases],
})
export class CoupledShopModule {}

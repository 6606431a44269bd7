import { Module } from '@nestjs/common';
import { databaseUrl, PARTICIPANTS, tablesModule, transportTo } from '@shop/service';
import { SagaModule } from 'reprise';
import { microservices, type Services } from 'reprise/microservices';
import { postgres } from 'reprise/postgres';
import { ApprovalDesk } from './approval-desk.js';
import { ShopFaultsController } from './faults.controller.js';
import { OrderBook } from './order-book.js';
import { OrdersController } from './orders.controller.js';
import { PlaceOrderSaga } from './place-order.saga.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

const services = Object.fromEntries(PARTICIPANTS.map((name) => [name, transportTo(name)])) as Services;

/** Orchestrated: one saga conducts the services. */
@Module({
  imports: [
    tablesModule(SCHEMA, MIGRATIONS, 5),
    SagaModule.forRootAsync({
      useFactory: () => ({
        store: postgres({ url: databaseUrl() }),
        transport: microservices(services),
        lease: '5s',
      }),
    }),
  ],
  controllers: [OrdersController, ShopFaultsController],
  providers: [PlaceOrderSaga, ApprovalDesk, OrderBook],
})
export class ShopModule {}

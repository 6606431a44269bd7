import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { databaseUrl, migrate, PARTICIPANTS, transportTo } from '@shop/service';
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

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: async () => {
        await migrate(databaseUrl(), SCHEMA, MIGRATIONS);
        return { type: 'postgres', url: databaseUrl(), poolSize: 5 };
      },
    }),
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

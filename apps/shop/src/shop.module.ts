import { Module } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { databaseUrl, migrate, PARTICIPANTS, portOf } from '@shop/service';
import { SagaModule } from 'reprise';
import { microservices } from 'reprise/microservices';
import { postgres } from 'reprise/postgres';
import { ApprovalDesk } from './approval-desk.js';
import { ShopFaultsController } from './faults.controller.js';
import { OrderBook } from './order-book.js';
import { OrdersController } from './orders.controller.js';
import { PlaceOrderSaga } from './place-order.saga.js';
import { MIGRATIONS, SCHEMA } from './tables.js';

const services = Object.fromEntries(
  PARTICIPANTS.map((name) => [
    name,
    { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: portOf(name) } },
  ]),
);

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

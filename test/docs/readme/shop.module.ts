// shop.module.ts: the service that runs the saga
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import { InjectSaga, SagaClient, SagaModule } from 'reprise';
import { microservices } from 'reprise/microservices';
import { postgres } from 'reprise/postgres';
import { PaymentGateway } from './payment-gateway.js';
import { type PlaceOrder, PlaceOrderSaga } from './place-order.saga.js';

@Controller('orders')
export class OrdersController {
  constructor(@InjectSaga(PlaceOrderSaga) private readonly orders: SagaClient<PlaceOrderSaga>) {}

  @Post()
  async place(@Body() order: PlaceOrder) {
    const { id } = await this.orders.start(order, { id: order.id }); // durable; the same id twice is one order
    return { id };
  }

  @Post(':id/approve')
  approve(@Param('id') id: string, @Body('by') by: string) {
    return this.orders.get(id).signal('approve', by); // only signals, with their parameters, compile
  }

  @Get(':id')
  status(@Param('id') id: string) {
    return this.orders.get(id).query('status');
  }
}

@Module({
  imports: [
    SagaModule.forRoot({
      store: postgres({ url: process.env.DATABASE_URL! }),
      transport: microservices({
        inventory: { transport: Transport.TCP, options: { port: 4001 } },
        shipping: { transport: Transport.TCP, options: { port: 4002 } },
      }),
    }),
  ],
  controllers: [OrdersController],
  providers: [PlaceOrderSaga, PaymentGateway], // sagas are found among the providers
})
export class ShopModule {}

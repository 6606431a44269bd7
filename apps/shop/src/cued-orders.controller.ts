import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { OrderPlaced } from '@shop/contracts';
import { InjectSaga, Outbox, type SagaClient } from 'reprise';
import { DataSource } from 'typeorm';
import { ApproveOrderSaga } from './approve-order.saga.js';
import { orderOf, parse, Verdict } from './new-order.js';
import { Purchases } from './purchases.js';
import { TokenGuard } from './token.guard.js';

/** Choreographed: an order is a row, and a cue that leaves when the row is there. */
@Controller()
@UseGuards(TokenGuard)
export class CuedOrdersController {
  constructor(
    @InjectSaga(ApproveOrderSaga) private readonly approvals: SagaClient<ApproveOrderSaga>,
    @Inject(Purchases) private readonly purchases: Purchases,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(DataSource) private readonly database: DataSource,
  ) {}

  @Post('orders')
  async place(@Body() body: unknown) {
    const { id: orderId, ...rest } = orderOf(body);
    const order = { ...rest, orderId };
    await this.database.transaction(async (manager) => {
      if (await this.purchases.open(order, manager)) {
        await this.outbox.publish(OrderPlaced, order, { manager, key: orderId });
      }
    });
    return { id: orderId, watch: `/orders/${orderId}` };
  }

  @Post('orders/:id/approve')
  @HttpCode(202)
  async approve(@Param('id') id: string, @Body() body: unknown) {
    const { by, approved } = parse(Verdict, body);
    await this.approvals.get(id).signal(approved ? 'approve' : 'refuse', by);
    return { id, accepted: true };
  }
}

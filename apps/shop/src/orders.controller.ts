import { Body, Controller, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { InjectSaga, isClosed, type SagaClient } from 'reprise';
import { ApprovalDesk } from './approval-desk.js';
import { Cancellation, orderOf, parse, Verdict } from './new-order.js';
import { OrderBook } from './order-book.js';
import { PlaceOrderSaga } from './place-order.saga.js';
import { TokenGuard } from './token.guard.js';

/** Orchestrated: an order is an instance of the saga. */
@Controller()
export class OrdersController {
  constructor(
    @InjectSaga(PlaceOrderSaga) private readonly orders: SagaClient<PlaceOrderSaga>,
    @Inject(OrderBook) private readonly book: OrderBook,
    @Inject(ApprovalDesk) private readonly desk: ApprovalDesk,
  ) {}

  @Post('orders')
  @UseGuards(TokenGuard)
  async place(@Body() body: unknown) {
    const order = orderOf(body);
    const { id, customerId } = order;
    const handle = await this.orders.start(order, { id, tags: { customer: customerId }, onClosed: 'return' });
    return { id: handle.id, watch: `/orders/${handle.id}` };
  }

  @Get('orders')
  summary() {
    return this.book.summary();
  }

  @Get('orders/:id')
  async show(@Param('id') id: string) {
    const handle = this.orders.get(id);
    const { status, retrying, error, startedAt, closedAt } = await handle.describe();
    return {
      id,
      status,
      retrying,
      ...(await handle.query('status')),
      ...(error ? { error } : {}),
      ...(status === 'completed' ? { receipt: await handle.result() } : {}),
      startedAt: new Date(startedAt),
      ...(isClosed(status) ? { closedAt: new Date(closedAt ?? startedAt) } : {}),
    };
  }

  /** Big orders that wait for a decision. */
  @Get('approvals')
  approvals() {
    return this.desk.open();
  }

  /** `{"by":"finance"}` approves, `{"by":"finance","approved":false}` refuses. */
  @Post('orders/:id/approve')
  @HttpCode(202)
  @UseGuards(TokenGuard)
  async approve(@Param('id') id: string, @Body() body: unknown) {
    const { by, approved } = parse(Verdict, body);
    await this.orders.get(id).signal(approved ? 'approve' : 'refuse', by);
    return { id, accepted: true };
  }

  @Post('orders/:id/cancel')
  @HttpCode(202)
  @UseGuards(TokenGuard)
  async cancel(@Param('id') id: string, @Body() body: unknown) {
    const { reason } = parse(Cancellation, body ?? {});
    await this.orders.get(id).cancel(reason);
    return { id, accepted: true };
  }
}

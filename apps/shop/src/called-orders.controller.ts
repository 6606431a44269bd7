import { Body, ConflictException, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { DirectPurchase } from './direct-purchase.js';
import { orderOf, parse, Verdict } from './new-order.js';
import { Purchases } from './purchases.js';
import { TokenGuard } from './token.guard.js';

/** Coupled: the customer waits until all services have answered. */
@Controller()
@UseGuards(TokenGuard)
export class CalledOrdersController {
  constructor(
    @Inject(Purchases) private readonly purchases: Purchases,
    @Inject(DirectPurchase) private readonly purchase: DirectPurchase,
  ) {}

  @Post('orders')
  async place(@Body() body: unknown) {
    const { id: orderId, ...order } = orderOf(body);
    if (await this.purchases.open({ ...order, orderId })) await this.purchase.begin({ ...order, orderId });
    return { ...(await this.purchases.show(orderId)), watch: `/orders/${orderId}` };
  }

  @Post('orders/:id/approve')
  @HttpCode(202)
  async approve(@Param('id') id: string, @Body() body: unknown) {
    const { by, approved } = parse(Verdict, body);
    const decided = await this.purchase.decide(id, approved ? `approved by ${by}` : 'ApprovalRefused', approved);
    if (!decided) throw new ConflictException(`Order ${id} does not wait for a decision.`);
    return { id, accepted: true };
  }
}

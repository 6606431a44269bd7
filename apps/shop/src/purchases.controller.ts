import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApprovalDesk } from './approval-desk.js';
import { Purchases } from './purchases.js';

/** What can be asked in the models without a saga. */
@Controller()
export class PurchasesController {
  constructor(
    @Inject(Purchases) private readonly purchases: Purchases,
    @Inject(ApprovalDesk) private readonly desk: ApprovalDesk,
  ) {}

  @Get('orders')
  summary() {
    return this.purchases.summary();
  }

  @Get('orders/:id')
  show(@Param('id') id: string) {
    return this.purchases.show(id);
  }

  @Get('approvals')
  approvals() {
    return this.desk.open();
  }
}

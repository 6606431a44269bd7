import { Controller, Inject } from '@nestjs/common';
import { Payment } from '@shop/contracts';
import { Faults } from '@shop/service';
import type { HandlerInput } from 'reprise/contracts';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';
import { Accounts } from './accounts.js';

/** Orchestrated: does what the saga asks for. */
@Controller()
export class PaymentController implements Handlers<typeof Payment> {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Accounts) private readonly accounts: Accounts,
  ) {}

  @Handles(Payment.charge)
  charge(charge: HandlerInput<typeof Payment.charge>, step: HandlerStep): Promise<{ paymentId: string }> {
    return this.faults.around(() => this.accounts.charge(charge, step));
  }

  @Handles(Payment.refund)
  refund(order: HandlerInput<typeof Payment.refund>, step: HandlerStep): Promise<void> {
    return this.faults.around(() => this.accounts.refund(order, step));
  }
}

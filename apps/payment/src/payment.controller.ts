import { Controller, Inject } from '@nestjs/common';
import { Payment } from '@shop/contracts';
import { Faults } from '@shop/service';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';

interface Charge {
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: number;
}

@Controller()
export class PaymentController implements Handlers<typeof Payment> {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

  @Handles(Payment.charge)
  charge({ orderId, customerId, amount }: Charge, step: HandlerStep): Promise<{ paymentId: string }> {
    return this.faults.around(async () => {
      const [account] = await step.manager.query(
        'select balance from payment.account where customer_id = $1 for update',
        [customerId],
      );
      if (!account) throw new Payment.errors.CardDeclined({ reason: 'no such account' });
      if (Number(account.balance) < amount) throw new Payment.errors.CardDeclined({ reason: 'not enough money' });
      await this.book('charge', orderId, customerId, amount, step);
      return { paymentId: `p-${orderId}` };
    });
  }

  @Handles(Payment.refund)
  refund({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.faults.around(async () => {
      const paid: { customer_id: string; amount: string }[] = await step.manager.query(
        `select customer_id, sum(case kind when 'charge' then amount else -amount end) as amount
           from payment.ledger where order_id = $1 group by customer_id`,
        [orderId],
      );
      for (const { customer_id, amount } of paid) {
        if (Number(amount) > 0) await this.book('refund', orderId, customer_id, Number(amount), step);
      }
    });
  }

  private async book(
    kind: 'charge' | 'refund',
    orderId: string,
    customerId: string,
    amount: number,
    step: HandlerStep,
  ): Promise<void> {
    await step.manager.query('update payment.account set balance = balance + $2 where customer_id = $1', [
      customerId,
      kind === 'charge' ? -amount : amount,
    ]);
    await step.manager.query(
      'insert into payment.ledger (order_id, step_key, kind, customer_id, amount) values ($1, $2, $3, $4, $5)',
      [orderId, step.key, kind, customerId, amount],
    );
  }
}

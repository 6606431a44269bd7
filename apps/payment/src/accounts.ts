import { Injectable } from '@nestjs/common';
import { Payment } from '@shop/contracts';
import type { EffectContext } from '@shop/service';

interface Charge {
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: number;
}

/** The customers' accounts and their ledger. */
@Injectable()
export class Accounts {
  async charge(charge: Charge, { manager, key }: EffectContext): Promise<{ paymentId: string }> {
    const [account] = await manager.query('select balance from payment.account where customer_id = $1 for update', [
      charge.customerId,
    ]);
    if (!account) throw new Payment.errors.CardDeclined({ reason: 'no such account' });
    if (Number(account.balance) < charge.amount) throw new Payment.errors.CardDeclined({ reason: 'not enough money' });
    await this.book('charge', charge, { manager, key });
    return { paymentId: `p-${charge.orderId}` };
  }

  /** Gives back whatever the order has paid, so that it is safe when it paid nothing. */
  async refund({ orderId }: { readonly orderId: string }, { manager, key }: EffectContext): Promise<void> {
    const paid: { customer_id: string; amount: string }[] = await manager.query(
      `select customer_id, sum(case kind when 'charge' then amount else -amount end) as amount
         from payment.ledger where order_id = $1 group by customer_id`,
      [orderId],
    );
    for (const { customer_id: customerId, amount } of paid) {
      if (Number(amount) > 0)
        await this.book('refund', { orderId, customerId, amount: Number(amount) }, { manager, key });
    }
  }

  private async book(
    kind: 'charge' | 'refund',
    { orderId, customerId, amount }: Charge,
    { manager, key }: EffectContext,
  ): Promise<void> {
    await manager.query('update payment.account set balance = balance + $2 where customer_id = $1', [
      customerId,
      kind === 'charge' ? -amount : amount,
    ]);
    await manager.query(
      'insert into payment.ledger (order_id, step_key, kind, customer_id, amount) values ($1, $2, $3, $4, $5)',
      [orderId, key, kind, customerId, amount],
    );
  }
}

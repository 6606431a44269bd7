import { Controller, Inject } from '@nestjs/common';
import { Cart, type OrderLine } from '@shop/contracts';
import { Faults } from '@shop/service';
import { Handles, type Handlers, type HandlerStep } from 'reprise/participant';

interface TakeCart {
  readonly orderId: string;
  readonly cartId: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
}

@Controller()
export class CartController implements Handlers<typeof Cart> {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

  @Handles(Cart.take)
  take({ orderId, cartId, customerId, lines }: TakeCart, step: HandlerStep): Promise<void> {
    return this.faults.around(async () => {
      await step.manager.query(
        'insert into cart.cart (id, customer_id, lines) values ($1, $2, $3) on conflict (id) do nothing',
        [cartId, customerId, JSON.stringify(lines)],
      );
      const [cart] = await step.manager.query('select order_id from cart.cart where id = $1 for update', [cartId]);
      if (cart.order_id !== null) throw new Cart.errors.CartTaken({ cartId, by: cart.order_id });
      await step.manager.query('update cart.cart set order_id = $2 where id = $1', [cartId, orderId]);
      await this.record('take', orderId, cartId, step);
    });
  }

  @Handles(Cart.giveBack)
  giveBack({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.faults.around(async () => {
      for (const { id } of await this.cartsOf(orderId, step)) {
        await step.manager.query('update cart.cart set order_id = null, emptied = false where id = $1', [id]);
        await this.record('giveBack', orderId, id, step);
      }
    });
  }

  @Handles(Cart.empty)
  empty({ orderId }: { orderId: string }, step: HandlerStep): Promise<void> {
    return this.faults.around(async () => {
      for (const { id } of await this.cartsOf(orderId, step)) {
        await step.manager.query('update cart.cart set emptied = true where id = $1', [id]);
        await this.record('empty', orderId, id, step);
      }
    });
  }

  private cartsOf(orderId: string, step: HandlerStep): Promise<{ id: string }[]> {
    return step.manager.query('select id from cart.cart where order_id = $1 for update', [orderId]);
  }

  private async record(kind: string, orderId: string, cartId: string, step: HandlerStep): Promise<void> {
    await step.manager.query('insert into cart.ledger (order_id, step_key, kind, cart_id) values ($1, $2, $3, $4)', [
      orderId,
      step.key,
      kind,
      cartId,
    ]);
  }
}

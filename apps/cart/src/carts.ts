import { Injectable } from '@nestjs/common';
import { Cart, type OrderLine } from '@shop/contracts';
import type { EffectContext } from '@shop/service';

interface TakeCart {
  readonly orderId: string;
  readonly cartId: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
}
interface OfOrder {
  readonly orderId: string;
}

/** Carts: one order at most takes each. */
@Injectable()
export class Carts {
  async take({ orderId, cartId, customerId, lines }: TakeCart, context: EffectContext): Promise<void> {
    const { manager } = context;
    await manager.query(
      'insert into cart.cart (id, customer_id, lines) values ($1, $2, $3) on conflict (id) do nothing',
      [cartId, customerId, JSON.stringify(lines)],
    );
    const [cart] = await manager.query('select order_id from cart.cart where id = $1 for update', [cartId]);
    if (cart.order_id !== null) throw new Cart.errors.CartTaken({ cartId, by: cart.order_id });
    await manager.query('update cart.cart set order_id = $2 where id = $1', [cartId, orderId]);
    await this.record('take', orderId, cartId, context);
  }

  async giveBack(order: OfOrder, context: EffectContext): Promise<void> {
    for (const { id } of await this.cartsOf(order, context)) {
      await context.manager.query('update cart.cart set order_id = null, emptied = false where id = $1', [id]);
      await this.record('giveBack', order.orderId, id, context);
    }
  }

  async empty(order: OfOrder, context: EffectContext): Promise<void> {
    for (const { id } of await this.cartsOf(order, context)) {
      await context.manager.query('update cart.cart set emptied = true where id = $1', [id]);
      await this.record('empty', order.orderId, id, context);
    }
  }

  private cartsOf({ orderId }: OfOrder, { manager }: EffectContext): Promise<{ id: string }[]> {
    return manager.query('select id from cart.cart where order_id = $1 for update', [orderId]);
  }

  private async record(kind: string, orderId: string, cartId: string, { manager, key }: EffectContext): Promise<void> {
    await manager.query('insert into cart.ledger (order_id, step_key, kind, cart_id) values ($1, $2, $3, $4)', [
      orderId,
      key,
      kind,
      cartId,
    ]);
  }
}

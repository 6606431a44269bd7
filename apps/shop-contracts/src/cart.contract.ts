import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { OrderId, OrderLine } from './order.js';

/** Carts: one order at most takes each. */
export const Cart = contract('cart', {
  take: {
    input: z.object({
      orderId: OrderId,
      cartId: z.string(),
      customerId: z.string(),
      lines: z.array(OrderLine),
    }),
    errors: { CartTaken: z.object({ cartId: z.string(), by: z.string() }) },
  },
  giveBack: { input: z.object({ orderId: OrderId }) },
  empty: { input: z.object({ orderId: OrderId }) },
});

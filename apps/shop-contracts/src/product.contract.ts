import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { Cents, OrderId, OrderLine } from './order.js';

/** The catalogue: what things cost. */
export const Product = contract('product', {
  price: {
    input: z.object({ orderId: OrderId, lines: z.array(OrderLine) }),
    output: z.object({ total: Cents }),
    errors: { UnknownArticle: z.object({ sku: z.string() }) },
  },
});

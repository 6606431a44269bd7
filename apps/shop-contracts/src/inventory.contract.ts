import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { OrderId, OrderLine } from './order.js';

/** The warehouse: what there is, what is promised, what has gone. */
export const Inventory = contract('inventory', {
  reserve: {
    input: z.object({ orderId: OrderId, lines: z.array(OrderLine) }),
    output: z.object({ reservationId: z.string() }),
    errors: { OutOfStock: z.object({ sku: z.string(), wanted: z.number(), available: z.number() }) },
  },
  /** Takes back whatever the order holds. Safe when it holds nothing. */
  release: { input: z.object({ orderId: OrderId }) },
  /** The reserved goods leave the house. */
  handOver: { input: z.object({ orderId: OrderId }) },
});

import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { Cents, OrderId } from './order.js';

/** Customers' accounts. */
export const Payment = contract('payment', {
  charge: {
    input: z.object({ orderId: OrderId, customerId: z.string(), amount: Cents }),
    output: z.object({ paymentId: z.string() }),
    errors: { CardDeclined: z.object({ reason: z.string() }) },
  },
  /** Gives back whatever the order has paid. Safe when it paid nothing. */
  refund: { input: z.object({ orderId: OrderId }) },
});

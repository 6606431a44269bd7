// contracts.ts: shared by the services, without a line of Nest
import { contract } from 'reprise/contracts';
import { z } from 'zod';

export const Line = z.object({ sku: z.string(), quantity: z.number() });

export const Inventory = contract('inventory', {
  reserve: {
    input: z.object({ orderId: z.string(), lines: z.array(Line) }), // any Standard Schema: zod, valibot, arktype
    output: z.object({ reservationId: z.string() }),
    errors: { OutOfStock: z.object({ sku: z.string() }) }, // a business answer: typed, never retried
  },
  release: { input: z.object({ orderId: z.string() }) },
});

export const Shipping = contract('shipping', {
  ship: { input: z.object({ orderId: z.string() }), output: z.object({ trackingId: z.string() }) },
});

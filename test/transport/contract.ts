import { contract } from 'reprise/contracts';
import { z } from 'zod';

/** The contract that the specs of the transport and of the participant talk about. */
export const Inventory = contract('inventory', {
  reserve: {
    input: z.object({ sku: z.string(), count: z.number().int().default(1), note: z.string().optional() }),
    output: z.object({ id: z.string(), count: z.number().transform((count) => ({ count })) }),
    errors: { OutOfStock: z.object({ sku: z.string(), left: z.bigint().optional() }) },
  },
  release: { input: z.object({ sku: z.string() }) },
  size: { input: z.string(), output: z.any() },
});

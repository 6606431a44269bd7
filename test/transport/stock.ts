import { contract } from 'reprise/contracts';
import { z } from 'zod';

/** A contract under a name of its own, so that specs that share a broker do not hear each other. */
export function stockContract(service: string) {
  return contract(service, {
    reserve: {
      input: z.object({ sku: z.string() }),
      output: z.object({ id: z.string() }),
      errors: { OutOfStock: z.object({ sku: z.string(), left: z.bigint().optional() }) },
    },
    echo: { input: z.any(), output: z.any() },
    /** An ordinary handler, without an inbox. */
    raw: { input: z.any(), output: z.any() },
    /** Nobody handles it. */
    unknown: { input: z.any(), output: z.any() },
  });
}

export type StockContract = ReturnType<typeof stockContract>;

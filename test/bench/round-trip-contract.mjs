import { contract } from '../../dist/libs/contracts/src/index.js';
import { z } from 'zod';

/** A name of its own for each run: nobody else hears it on a broker. */
export const benchContract = (service) =>
  contract(service, {
    work: {
      input: z.object({ i: z.number() }),
      output: z.object({ ok: z.boolean(), step: z.number(), data: z.string() }),
    },
    bare: { input: z.object({ i: z.number() }), output: z.any() },
  });

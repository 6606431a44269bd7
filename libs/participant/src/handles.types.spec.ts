import { contract } from 'reprise/contracts';
import { z } from 'zod';
import { Handles, type Handlers, type HandlerStep } from './index.js';

const Inventory = contract('inventory', {
  reserve: { input: z.object({ count: z.number().default(1) }), output: z.object({ id: z.string() }) },
  release: { input: z.object({ id: z.string() }) },
});

describe('the types of @Handles', () => {
  it('lets a method take fewer parameters, and both as agreed', () => {
    class Good implements Handlers<typeof Inventory> {
      @Handles(Inventory.reserve)
      async reserve({ count }: { count: number }, step: HandlerStep) {
        return { id: `${step.key} ${count}` };
      }

      @Handles(Inventory.release, { transaction: false })
      async release() {}
    }
    class Wrong {
      // @ts-expect-error the input is an object with a number
      @Handles(Inventory.reserve)
      async reserve(_order: { count: string }) {
        return { id: '' };
      }

      // @ts-expect-error the result lacks its id
      @Handles(Inventory.reserve)
      async reserveNothing() {
        return {};
      }

      // @ts-expect-error a handler is asynchronous
      @Handles(Inventory.release)
      release() {}

      // @ts-expect-error the step is not a text
      @Handles(Inventory.release)
      async releaseStep(_order: { id: string }, _step: string) {}
    }
    expect([Good, Wrong]).toHaveLength(2);
  });
});

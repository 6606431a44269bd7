import type { StepInvocation } from 'reprise/core';
import { z } from 'zod';
import {
  contract,
  type CommandInput,
  type CommandResult,
  type HandlerInput,
  type HandlerResult,
  type Handlers,
  type Remote,
} from './index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_Claim extends true>(): void {}

const Sku = z.object({ sku: z.string() });
const Inventory = contract('inventory', {
  reserve: {
    input: z.object({ count: z.number().default(1), at: z.string().transform((text) => text.length) }),
    output: z.object({ id: z.string().transform((id) => ({ id })) }),
    errors: { OutOfStock: Sku, Closed: z.void() },
  },
  release: { input: z.object({ id: z.string() }), errors: { OutOfStock: Sku } },
  ping: { input: z.void() },
});

describe('the types of a contract', () => {
  it('has two views of a command: what is sent and what is handled', () => {
    type Reserve = typeof Inventory.reserve;
    holds<Same<CommandInput<Reserve>, { at: string; count?: number | undefined }>>();
    holds<Same<HandlerInput<Reserve>, { count: number; at: number }>>();
    holds<Same<HandlerResult<Reserve>, { id: string }>>();
    holds<Same<CommandResult<Reserve>, { id: { id: string } }>>();
    holds<Same<CommandResult<typeof Inventory.release>, void>>();
    holds<Same<HandlerResult<typeof Inventory.release>, void>>();
    const reserve: Remote<Reserve> = ({ at }) => Promise.resolve({ id: { id: at } });
    const ping: Remote<typeof Inventory.ping> = () => Promise.resolve();
    const wrong = () => {
      void ping();
      // @ts-expect-error the input is not optional
      void reserve();
      // @ts-expect-error `at` is sent as a string
      void reserve({ at: 1 });
      // @ts-expect-error there is no such operation
      return Inventory.reserv;
    };
    expect(wrong).toBeInstanceOf(Function);
  });

  it('types the data of declared errors', () => {
    const wrong = () => {
      // @ts-expect-error the data is missing
      void new Inventory.errors.OutOfStock();
      // @ts-expect-error the data is of another type
      void new Inventory.errors.OutOfStock({ sku: 1 });
      // @ts-expect-error nobody declares this error
      void Inventory.errors.Lost;
    };
    expect(wrong).toBeInstanceOf(Function);
    const error: unknown = new Inventory.errors.OutOfStock({ sku: 'tea' });
    if (error instanceof Inventory.errors.OutOfStock) {
      holds<Same<typeof error.data, { sku: string }>>();
      holds<Same<typeof error.name, 'OutOfStock'>>();
    }
    expect(new Inventory.errors.Closed().code).toBe('Closed');
  });

  it('makes a controller offer every operation as agreed', () => {
    type Step = StepInvocation & { manager: object };
    class Good implements Handlers<typeof Inventory> {
      async reserve(order: { count: number; at: number }, _step: Step) {
        return { id: String(order.count) };
      }
      async release(_order: { id: string }) {}
      async ping() {}
    }
    // @ts-expect-error `ping` is missing
    class Missing implements Handlers<typeof Inventory> {
      async reserve() {
        return { id: '' };
      }
      async release() {}
    }
    class Wrong implements Handlers<typeof Inventory> {
      // @ts-expect-error the handler receives what the schema made of it: `at` is a number
      async reserve(order: { at: string }) {
        return { id: order.at };
      }
      // @ts-expect-error a handler is asynchronous
      release() {}
      async ping() {}
    }
    expect([Good, Missing, Wrong]).toHaveLength(3);
  });

  it('refuses an operation that is called errors', () => {
    expect(() =>
      // @ts-expect-error the name is taken
      contract('shop', { errors: { input: z.void() } }),
    ).toThrow('operation called "errors"');
  });
});

import { type Remote } from 'reprise/contracts';
import { Compensate, Query, Saga, Signal, Step, type SagaContext } from 'reprise';
import { z } from 'zod';
import { Inventory } from './shop.js';

/** A property with `!` instead of `declare`, a method of the same type, wider parameters, fewer parameters. */
@Saga({ name: 'wider' })
export class Wider {
  @Step(Inventory.reserve) reserve!: Remote<typeof Inventory.reserve>;
  @Step(Inventory.release) declare release: (input: { orderId: string }) => Promise<unknown>;
  @Step() async charge(orderId: string) {
    return { id: orderId, amount: 1 };
  }
  @Compensate('charge') async fewer() {}
  @Compensate('reserve') async local(_reserved: { reservationId: string } | undefined, _input: { orderId: string }) {}
  @Compensate('release', Inventory.release) mapping(_nothing: unknown, { orderId }: { orderId: string }) {
    return { orderId };
  }
  async run() {}
}

/** A limit's functions take the step's input, or less of it; a remote step's are typed by its command. */
@Saga({ name: 'limited' })
export class Limited {
  @Step({
    limit: {
      concurrency: 2,
      rate: { count: 10, per: '1s' },
      key: (id: string) => id,
      priority: (_id: string, amount: number) => amount,
    },
  })
  async charge(_orderId: string, _amount: number) {}
  @Step({ limit: { perProcess: 1 } }) async plain(_orderId: string) {}
  @Step(Inventory.reserve, { limit: { concurrency: 1, key: (input) => input.orderId } }) declare reserve: Remote<
    typeof Inventory.reserve
  >;
  @Compensate('reserve', Inventory.release, { limit: { concurrency: 1, key: (input) => input.orderId } })
  release(_reserved: unknown, { orderId }: { orderId: string }) {
    return { orderId };
  }
  async run() {}
}

export class Base {
  @Step({ retry: false, timeout: '2 minutes' }) async charge(orderId: string) {
    return { id: orderId };
  }
}

@Saga({ name: 'derived' })
export class Derived extends Base {
  @Compensate('charge', { timeout: '1m' }) async refund(_charged: { id: string } | undefined) {}
  async run(_input: string) {
    return 1;
  }
}

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}

/** Everything that the history keeps, also in types that contain themselves. */
@Saga({ name: 'storable' })
export class Storable {
  @Step() async nothing(): Promise<void> {}
  @Step() async anything(input: unknown): Promise<unknown> {
    return input;
  }
  @Step() async tree(tree: Tree): Promise<Tree> {
    return tree;
  }
  @Step() async rich(input: { at: Date; big: bigint; tags: Set<string>; index: Map<string, Tree>; bytes: Uint8Array }) {
    return { ...input, optional: undefined as string | undefined };
  }
  @Step() async union(): Promise<{ kind: 'a'; a: 1 } | { kind: 'b' }> {
    return { kind: 'b' };
  }
  @Compensate('union') async undo(_was: { kind: 'a'; a: 1 } | { kind: 'b' } | undefined) {}
  @Signal() note(_entry: { at: Date }) {}
  @Query('present') maybe(): string | undefined {
    return undefined;
  }
  async run(_input: Tree, saga: SagaContext) {
    saga.tag({ customer: 'c1', total: 12.5, express: true, due: new Date(0), draft: null });
    await saga.sleep('1 hour');
  }
}

/** run() gets what the schema puts out. */
@Saga({ name: 'transformed', input: z.object({ at: z.string().transform((text) => new Date(text)) }) })
export class Transformed {
  async run(input: { at: Date }) {
    return input.at.getTime();
  }
}

/** A scope answers what its body answers, be it a promise or not. */
@Saga({ name: 'scoped' })
export class Scoped {
  @Step() async quote(): Promise<{ price: number }> {
    return { price: 1 };
  }
  async run(_input: undefined, saga: SagaContext): Promise<number> {
    const { price }: { price: number } = await saga.withTimeout('30s', () => this.quote());
    const cancelled: boolean = await saga.scope((scope) => scope.cancelled);
    const nothing: undefined = await saga.shielded(() => undefined);
    return cancelled ? price : Number(nothing);
  }
}

import { contract } from 'reprise/contracts';
import { Saga, Step, Update, Signal, Query, type SagaClient, type SagaContext, type SagaUpdate } from 'reprise';
import { redact } from 'reprise/core';
import { testSaga } from 'reprise/testing';
import { z } from 'zod';

export const Supplier = contract('supplier', {
  order: {
    input: z.object({ sku: z.string(), quantity: z.coerce.number() }),
    output: z.object({ orderId: z.string() }),
    errors: { SoldOut: z.object({ sku: z.string() }) },
  },
  cancel: { input: z.object({ orderId: z.string() }) },
});

@Saga({ name: 'cart' })
export class CartSaga {
  private readonly items: string[] = [];
  @Step() async price(_item: string, _quantity: number): Promise<{ cents: bigint }> {
    return { cents: 1n };
  }
  @Update() async add(item: string): Promise<number> {
    return this.items.push(item);
  }
  @Signal() clear(): void {}
  @Query() content(from: number): readonly string[] {
    return this.items.slice(from);
  }
  async run(_customer: { name: string }): Promise<{ items: readonly string[] }> {
    return { items: this.items };
  }
}

@Saga({ name: 'no.input' })
export class NoInputSaga {
  async run(): Promise<Map<string, Date>> {
    return new Map();
  }
}

export class NotASaga {
  async price(): Promise<void> {}
}

/** True for `any` and for nothing else. */
type IsAny<T> = 0 extends 1 & T ? true : false;
/** Compiles for whatever is exactly of the type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Takes a value of exactly this type. */
function exactly<Expected>(): <Actual>(...value: Same<Actual, Expected> extends true ? [Actual] : [never]) => void {
  return () => undefined;
}
/** Takes whatever is not `any`. */
function typed<T>(..._value: IsAny<T> extends true ? [never] : [T]): void {}

export async function whatChildrenAndCallsAnswer(saga: SagaContext): Promise<void> {
  const cart = await saga.child(CartSaga, { name: 'anna' }, { id: 'c1', onParentEnd: 'terminate' });
  exactly<{ items: readonly string[] }>()(cart);
  const dates = await saga.child(NoInputSaga, undefined);
  exactly<Map<string, Date>>()(dates);
  const ordered = await saga.call(
    Supplier.order,
    { sku: 'tea', quantity: '2' },
    { undo: { command: Supplier.cancel, input: (result, sent) => ({ orderId: result?.orderId ?? sent.sku }) } },
  );
  exactly<{ orderId: string }>()(ordered);
  const nothing = await saga.call(Supplier.cancel, { orderId: 'o1' });
  exactly<void>()(nothing);
  const until = await saga.until(() => true, '1 day');
  exactly<boolean>()(until);
  const [uuid, now, random] = [saga.uuid(), saga.now(), saga.random()];
  exactly<string>()(uuid);
  exactly<number>()(random);
  typed(now);
}

export async function whatChildrenAndCallsRefuse(saga: SagaContext): Promise<void> {
  // @ts-expect-error the input is run()'s
  await saga.child(CartSaga, { nome: 'anna' });
  // @ts-expect-error a child is a saga
  await saga.child(NotASaga, undefined);
  // @ts-expect-error there is no such end
  await saga.child(CartSaga, { name: 'anna' }, { onParentEnd: 'forget' });
  // @ts-expect-error the input is the command's
  await saga.call(Supplier.order, { sku: 1 });
  // @ts-expect-error an operation is called, not its contract
  await saga.call(Supplier, { sku: 'tea', quantity: 1 });
  await saga.call(
    Supplier.order,
    { sku: 'tea', quantity: 1 },
    // @ts-expect-error the undo gets what its command takes
    { undo: { command: Supplier.cancel, input: () => ({ id: 'o1' }) } },
  );
  // @ts-expect-error a misspelt duration
  await saga.sleep('5 secs');
  // @ts-expect-error a condition is synchronous
  await saga.until(async () => true);
}

export async function whatUpdatesAnswer(carts: SagaClient<CartSaga>): Promise<void> {
  const handle = carts.get('c1');
  const count = await handle.update('add', 'tea');
  exactly<number>()(count);
  const accepted = await handle.startUpdate('add', 'tea');
  exactly<SagaUpdate<number>>()(accepted);
  const begun = await carts.updateWithStart('add', ['tea'], { name: 'anna' }, { id: 'c1' });
  exactly<number>()(begun.result);
  const content = await handle.query('content', 0);
  exactly<readonly string[]>()(content);
  const result = await handle.result();
  exactly<{ items: readonly string[] }>()(result);
}

export async function whatUpdatesRefuse(carts: SagaClient<CartSaga>): Promise<void> {
  const handle = carts.get('c1');
  // @ts-expect-error the update's argument is a string
  await handle.update('add', 1);
  // @ts-expect-error a signal is not an update
  await handle.update('clear');
  // @ts-expect-error a query is not an update
  await handle.startUpdate('content', 0);
  // @ts-expect-error an update is not a signal
  await handle.signal('add', 'tea');
  // @ts-expect-error the query has an argument
  await handle.query('content');
  // @ts-expect-error an update has its arguments in a list
  await carts.updateWithStart('add', 'tea', { name: 'anna' });
  // @ts-expect-error a signal has its arguments in a list
  await carts.signalWithStart('clear', undefined, { name: 'anna' });
  // @ts-expect-error run() needs an input
  await carts.signalWithStart('clear', []);
}

export async function whatTheTestKitAnswers(): Promise<void> {
  const run = await testSaga(CartSaga)
    .step('price', (item, quantity) => {
      exactly<string>()(item);
      exactly<number>()(quantity);
      return { cents: BigInt(quantity) };
    })
    .command(Supplier.order, ({ sku, quantity }) => {
      typed(quantity);
      return { orderId: sku };
    })
    .start({ name: 'anna' });
  const [count, content, result] = [await run.update('add', 'tea'), await run.query('content', 0), await run.result()];
  exactly<number>()(count);
  exactly<readonly string[]>()(content);
  exactly<{ items: readonly string[] }>()(result);
  const child = await run.find(NoInputSaga, 'c1/1');
  const dates = await child.result();
  exactly<Map<string, Date>>()(dates);
}

export async function whatTheTestKitRefuses(): Promise<void> {
  const test = testSaga(CartSaga);
  // @ts-expect-error there is no such step
  test.step('prize', () => ({ cents: 1n }));
  // @ts-expect-error an update is not a step
  test.step('content', () => []);
  // @ts-expect-error the result is the step's
  test.step('price', () => ({ cents: 1 }));
  // @ts-expect-error the arguments are the step's
  test.step('price', (_item: number) => ({ cents: 1n }));
  // @ts-expect-error the result is the command's
  test.command(Supplier.order, () => ({ id: 'o1' }));
  // @ts-expect-error the input is run()'s
  await test.start({});
  const run = await test.start({ name: 'anna' });
  // @ts-expect-error a query is not a signal
  await run.signal('content', 0);
  // @ts-expect-error the update's argument is a string
  await run.update('add', 1);
  // @ts-expect-error a misspelt duration
  await run.advance('5 secs');
}

export function whatKeepsItsType(order: { card: { number: string } }): void {
  const redacted = redact(order, ['card.number']);
  exactly<{ card: { number: string } }>()(redacted);
}

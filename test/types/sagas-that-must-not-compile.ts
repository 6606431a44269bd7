import { Saga, Update, UpdateValidator, type SagaContext } from 'reprise';
import { z } from 'zod';
import { PlaceOrder } from './shop.js';

// @ts-expect-error a saga has run(input, saga)
@Saga({ name: 'no.run' })
export class NoRun {}

// @ts-expect-error run is a method
@Saga({ name: 'run.is.a.field' })
export class RunIsAField {
  run = 1;
}

// @ts-expect-error run is async
@Saga({ name: 'run.is.synchronous' })
export class SynchronousRun {
  run() {}
}

// @ts-expect-error run is public
@Saga({ name: 'run.is.private' })
export class PrivateRun {
  private async run() {}
}

// @ts-expect-error run takes what the schema puts out
@Saga({ name: 'wrong.input', input: PlaceOrder })
export class WrongInput {
  async run(_order: { orderId: number }, _saga: SagaContext) {}
}

// @ts-expect-error run takes what the schema puts out, after its transformations
@Saga({ name: 'before.transformation', input: z.object({ at: z.string().transform((text) => new Date(text)) }) })
export class BeforeTransformation {
  async run(_order: { at: string }) {}
}

// @ts-expect-error run's second parameter is the saga's context
@Saga({ name: 'wrong.context' })
export class WrongContext {
  async run(_order: string, _saga: { nope: string }) {}
}

// @ts-expect-error history cannot store run's result
@Saga({ name: 'unstorable.result' })
export class UnstorableResult {
  async run() {
    return { again: () => 1 };
  }
}

// @ts-expect-error a saga is constructed once for each instance
@Saga({ name: 'abstract' })
export abstract class AbstractSaga {
  async run() {}
}

// @ts-expect-error a saga has a name
@Saga({ version: 2 })
export class Nameless {
  async run() {}
}

export class Updates {
  // @ts-expect-error an update is async
  @Update()
  addAtOnce(sku: string): string {
    return sku;
  }

  @Update()
  async add(sku: string): Promise<string> {
    return sku;
  }

  @UpdateValidator('add')
  mayAdd(_sku: string): void {}

  // @ts-expect-error a validator takes what its update takes
  @UpdateValidator('add')
  mayAddNumber(_sku: number): void {}

  // @ts-expect-error a validator is synchronous
  @UpdateValidator('add')
  async mayAddLater(_sku: string): Promise<void> {}
}

export async function misusesScopes(saga: SagaContext): Promise<void> {
  // @ts-expect-error a time is a number with a unit
  await saga.withTimeout('soon', () => 1);
  // @ts-expect-error a scope has a body
  await saga.scope();
  // @ts-expect-error a shielded part has nothing to cancel
  await saga.shielded((scope: { cancel(): void }) => scope.cancel());
  // @ts-expect-error the answer of the body
  const text: string = await saga.scope(async () => 1);
  // @ts-expect-error a reason is a text
  await saga.scope((scope) => scope.cancel(text.length));
}

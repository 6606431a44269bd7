import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Command } from 'reprise/contracts';
import type { CompensationOrder, Retention } from 'reprise/core';
import type { SagaContext } from './saga-context.js';
import type { Refusal } from './refusal.js';
import type { AnyMethod, SagaClass } from './saga-class.js';
import { writeSaga } from './saga-metadata.js';
import { registerSaga } from './saga-registry.js';
import type { Unstorable } from './storable.js';

export interface SagaOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** What its instances are kept under, for instance `order.place`. Part of the stored data: renaming it orphans them. */
  readonly name: string;
  /** Which behaviour an instance began with (law D8). A positive whole number, 1 by default. */
  readonly version?: number;
  /** Any Standard Schema (zod, valibot, arktype…): an input that it refuses starts nothing. */
  readonly input?: Schema;
  /**
   * How long its ended instances are kept, at once or by end status; then they are removed with their histories, and their ids are free
   * again. Of several versions that a process has, what the newest says holds for all. Default: the module's `retention`.
   * @example { completed: '7 days', failed: '90 days' }
   */
  readonly retention?: Retention;
  /**
   * In which order its steps are undone (law C2): `sequential`, the default, newest start first, neighbours of one `group` at the same
   * time; `parallel`, all at the same time.
   */
  readonly compensation?: CompensationOrder;
  /** The commands that its code sends with `saga.call()`, and their undos. */
  readonly calls?: readonly Command[];
}

type RunCheck<Run, Schema extends StandardSchemaV1> = Run extends AnyMethod
  ? ReturnType<Run> extends Promise<infer Result>
    ? Run extends (input: StandardSchemaV1.InferOutput<Schema>, saga: SagaContext) => unknown
      ? [Unstorable<Result>] extends [never]
        ? unknown
        : Refusal<`the result of run() holds ${Unstorable<Result>}, which history cannot store`>
      : Refusal<"run(input, saga) does not take what the saga's input schema puts out, and a SagaContext">
    : Refusal<'run() must be async'>
  : Refusal<'a saga needs an async run(input, saga)'>;

/** Refuses a class that cannot be a saga, with the reason. */
export type SagaCheck<T, Schema extends StandardSchemaV1> = T extends { run: infer Run }
  ? RunCheck<Run, Schema>
  : Refusal<'a saga needs a public async run(input, saga)'>;

/**
 * Makes a class a saga: its `run()` survives crashes and deploys, its steps are durable, and are taken back when it ends in an error.
 * List the class among the providers of a module to host it in that process.
 *
 * @example
 * \@Saga({ name: 'order.place', version: 1, input: PlaceOrder })
 * export class PlaceOrderSaga { async run(order: PlaceOrder, saga: SagaContext) { … } }
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without a schema, run() may take anything
export function Saga<Schema extends StandardSchemaV1 = StandardSchemaV1<any, any>>(options: SagaOptions<Schema>) {
  return <C extends SagaClass>(sagaClass: C & SagaCheck<InstanceType<C>, Schema>): void => {
    const { name, version = 1, input, retention, compensation, calls } = options;
    writeSaga(sagaClass, {
      name,
      version,
      ...(input ? { input } : {}),
      ...(retention === undefined ? {} : { retention }),
      ...(compensation === undefined ? {} : { compensation }),
      ...(calls ? { calls } : {}),
    });
    registerSaga(sagaClass);
  };
}

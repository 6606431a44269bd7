import { isCommand, type Command, type CommandInput, type Remote } from 'reprise/contracts';
import type { PivotOptions, StepOptions } from 'reprise/core';
import type { LimitCheck } from './limit-check.js';
import type { LocalStepOptions } from './local-step-options.js';
import type { Refusal } from './refusal.js';
import type { AnyMethod, AsyncMethod } from './saga-class.js';
import { writeMember } from './saga-metadata.js';
import type { Unstorable } from './storable.js';

/** Refuses what cannot be a local step, with the reason. */
export type LocalStepCheck<T, K extends string, F extends AnyMethod> = K extends keyof T
  ? F extends AsyncMethod
    ? [Unstorable<Awaited<ReturnType<F>>>] extends [never]
      ? [Unstorable<Parameters<F>>] extends [never]
        ? unknown
        : Refusal<`the step's arguments hold ${Unstorable<Parameters<F>>}, which history cannot store`>
      : Refusal<`the step's result holds ${Unstorable<Awaited<ReturnType<F>>>}, which history cannot store`>
    : Refusal<'a @Step() method must be async: run() waits for it'>
  : Refusal<'a @Step() must be public'>;

/** Refuses a property that is not what the command is. */
export type RemoteStepCheck<T, K extends string, C extends Command> = K extends keyof T
  ? Remote<C> extends T[K]
    ? unknown
    : Refusal<'the property does not have the type of its command: declare it as Remote<typeof YourContract.operation>'>
  : Refusal<'a @Step() must be public'>;

/**
 * A remote step: a property, performed by another service through a command of its contract.
 * Every call of it in `run()` is durable: sent at least once, with the same idempotency key each time (law S3).
 *
 * @example
 * \@Step(Inventory.reserve, { timeout: '5s' })
 * declare reserveStock: Remote<typeof Inventory.reserve>;
 */
export function Step<C extends Command>(
  command: C,
  options?: StepOptions<[input: CommandInput<C>]> & PivotOptions,
): <T extends object, K extends string>(target: T & RemoteStepCheck<T, K, C>, key: K, notOnMethods?: never) => void;
/**
 * A local step: an async method whose body runs on the ordinary provider, with real services and no saga fields.
 * What it takes and answers goes into the history; so does a declared error, and any other is tried again (law S4).
 *
 * @example
 * \@Step({ timeout: '30s', retry: { attempts: 5, backoff: '1s' }, errors: [CardDeclined] })
 * async charge(orderId: string, amount: number) { return this.gateway.charge(orderId, amount); }
 */
export function Step<KeyInput extends readonly unknown[] = [], PriorityInput extends readonly unknown[] = []>(
  options?: LocalStepOptions<KeyInput, PriorityInput>,
): <T extends object, K extends string, F extends AnyMethod>(
  target: T,
  key: K,
  descriptor: TypedPropertyDescriptor<F> & LocalStepCheck<T, K, F> & LimitCheck<F, KeyInput, PriorityInput>,
) => void;
export function Step(first?: Command | LocalStepOptions, second?: StepOptions & PivotOptions) {
  return (target: object, member: string, descriptor?: unknown): void => {
    const command = isCommand(first) ? first : undefined;
    const options = command ? second : (first as LocalStepOptions | undefined);
    writeMember(target, {
      role: 'step',
      member,
      options: options ?? {},
      onMethod: descriptor !== undefined,
      ...(command ? { command } : {}),
    });
  };
}

import { isCommand, type Command, type CommandInput } from 'reprise/contracts';
import type { GroupOptions, StepOptions } from 'reprise/core';
import type { LocalCompensationOptions } from './local-step-options.js';
import type { AsyncMethod, StepInput, StepResult } from './saga-class.js';
import { writeMember } from './saga-metadata.js';

/**
 * Takes a step back through a command of another service. The method is synchronous and pure: it maps the step's result and input
 * to the command's input, and runs on the instance. The result is `undefined` when the step's outcome is unknown (law C3).
 *
 * @example
 * \@Compensate('reserveStock', Inventory.release)
 * releaseStock(_reserved: Reservation | undefined, order: ReserveStock) { return { orderId: order.orderId }; }
 */
export function Compensate<Step extends string, C extends Command>(
  step: Step,
  command: C,
  options?: StepOptions<[input: CommandInput<C>]> & GroupOptions,
): <
  T extends { [Name in Step]: AsyncMethod },
  F extends (result: StepResult<T[Step]> | undefined, ...input: StepInput<T[Step]>) => CommandInput<C>,
>(
  target: T,
  key: string,
  descriptor: TypedPropertyDescriptor<F>,
) => void;
/**
 * Takes a step back with an async method that runs on the ordinary provider, as one durable step that is tried until it succeeds
 * (law C4). It gets the step's result, `undefined` when the step's outcome is unknown (law C3), and the step's input.
 *
 * @example
 * \@Compensate('charge')
 * async refund(payment: Payment | undefined, orderId: string) { await this.gateway.refund(payment?.id ?? orderId); }
 */
export function Compensate<Step extends string>(
  step: Step,
  options?: LocalCompensationOptions,
): <
  T extends { [Name in Step]: AsyncMethod },
  F extends (result: StepResult<T[Step]> | undefined, ...input: StepInput<T[Step]>) => Promise<void>,
>(
  target: T,
  key: string,
  descriptor: TypedPropertyDescriptor<F>,
) => void;
export function Compensate(
  step: string,
  second?: Command | LocalCompensationOptions,
  third?: StepOptions & GroupOptions,
) {
  return (target: object, member: string): void => {
    const command = isCommand(second) ? second : undefined;
    const options = command ? third : (second as LocalCompensationOptions | undefined);
    writeMember(target, {
      role: 'compensation',
      member,
      step,
      options: options ?? {},
      ...(command ? { command } : {}),
    });
  };
}

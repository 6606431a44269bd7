import { isCommand, type Command, type CommandInput, type CommandResult } from 'reprise/contracts';
import type { StepOptions, Verified } from 'reprise/core';
import type { AsyncMethod, StepInput, StepResult } from './saga-class.js';
import { writeMember } from './saga-metadata.js';

/** How a verification is tried. It has no deadline: after its last attempt a person is asked. */
export type VerifyOptions = Pick<StepOptions, 'retry' | 'timeout'>;

/**
 * Finds out through a command of another service whether a step with `onUnknown: 'verify'` happened (law S6). The command is sent the
 * step's own input; the method is synchronous and pure: it maps the answer and that input to `happened(result)` or `didNotHappen`.
 *
 * @example
 * \@Verify('reserveStock', Inventory.find)
 * found(answer: { reservation?: Reservation }) { return answer.reservation ? happened(answer.reservation) : didNotHappen; }
 */
export function Verify<Step extends string, C extends Command>(
  step: Step,
  command: C,
  options?: VerifyOptions,
): <
  T extends { [Name in Step]: (input: CommandInput<C>) => ReturnType<AsyncMethod> },
  F extends (answer: CommandResult<C>, ...input: StepInput<T[Step]>) => Verified<StepResult<T[Step]>>,
>(
  target: T,
  key: string,
  descriptor: TypedPropertyDescriptor<F>,
) => void;
/**
 * Finds out whether a step with `onUnknown: 'verify'` happened (law S6): an async method that runs on the ordinary provider with the
 * step's input and idempotency key, and answers `happened(result)` or `didNotHappen`. What it throws is tried again.
 *
 * @example
 * \@Verify('charge')
 * async findCharge(orderId: string) {
 *   const payment = await this.gateway.find(orderId);
 *   return payment ? happened(payment) : didNotHappen;
 * }
 */
export function Verify<Step extends string>(
  step: Step,
  options?: VerifyOptions,
): <
  T extends { [Name in Step]: AsyncMethod },
  F extends (...input: StepInput<T[Step]>) => Promise<Verified<StepResult<T[Step]>>>,
>(
  target: T,
  key: string,
  descriptor: TypedPropertyDescriptor<F>,
) => void;
export function Verify(step: string, second?: Command | VerifyOptions, third?: VerifyOptions) {
  return (target: object, member: string): void => {
    const command = isCommand(second) ? second : undefined;
    const options = command ? third : (second as VerifyOptions | undefined);
    writeMember(target, { role: 'verifier', member, step, options: options ?? {}, ...(command ? { command } : {}) });
  };
}

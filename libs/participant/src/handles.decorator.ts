import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { declaredErrors, type Command, type HandlerInput, type HandlerResult } from 'reprise/contracts';
import { HANDLED_COMMAND, type HandledCommand } from './handled-command.js';
import { passInputAndStep } from './handler-parameters.js';
import type { HandlerStep } from './handler-step.js';
import { HandlesInterceptor } from './handles.interceptor.js';

export interface HandlesOptions {
  /**
   * Default true: the handler runs inside a transaction of the inbox, given as `step.manager`. Its writes and its answer become
   * durable together, so a crash leaves both or neither.
   *
   * False is for handlers that talk to systems outside the database: no transaction is held open. The request is noted before the
   * handler runs and the answer after it. Repeated deliveries wait their turn and get the first answer; only when the process
   * dies between the two does a later delivery run the handler again, with the same `step.key`: hand that key on.
   */
  readonly transaction?: boolean;
}

/**
 * Makes a controller's method perform a command of a contract. It gets the validated input and the step it is for, runs once for
 * each idempotency key (with an inbox), may throw the contract's errors, and may be called by ordinary `ClientProxy` callers too.
 * Pipes, guards and interceptors apply as for `@MessagePattern`; guards see the request as it came. Exception filters do not see
 * what a saga's request threw: its answer is the error.
 *
 * @example
 * `@Handles(Inventory.reserve)`
 * async reserve(order: ReserveStock, step: HandlerStep) { … }
 */
export function Handles<C extends Command>(
  command: C,
  options: HandlesOptions = {},
): <F extends (input: HandlerInput<C>, step: HandlerStep) => Promise<HandlerResult<C>>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<F>,
) => void {
  const handled: HandledCommand = {
    command,
    declared: declaredErrors(command),
    transaction: options.transaction ?? true,
  };
  return applyDecorators(
    passInputAndStep,
    MessagePattern(command.pattern),
    SetMetadata(HANDLED_COMMAND, handled),
    UseInterceptors(HandlesInterceptor),
  );
}

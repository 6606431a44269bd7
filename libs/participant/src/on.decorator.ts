import { applyDecorators, SetMetadata, UseInterceptors } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { HEARD, heardEvent, isCueEvent, type CueEvent, type HandledEvent } from 'reprise/contracts';
import { SagaError } from 'reprise/core';
import { HANDLED_COMMAND, type HandledCommand } from './handled-command.js';
import { passInputAndStep } from './handler-parameters.js';
import type { HandlerStep } from './handler-step.js';
import type { HandlesOptions } from './handles.decorator.js';
import { HandlesInterceptor } from './handles.interceptor.js';

/**
 * Makes a controller's method react to an event (law M6), in a service that listens with `listenAs` and stands with the event in the
 * publisher's `services: { …: { on: [OrderPlaced] } }`. The event is acknowledged when the method has ended: with an inbox it runs once for
 * each event, its writes through `step.manager` included. If it throws, the event comes again, later and later, until it is a dead letter
 * at the publisher's side. Events of one key come in order.
 *
 * @throws SagaError `INVALID_CONFIGURATION` for what is no event
 * @example
 * `@On(OrderPlaced)`
 * async prepare({ orderId }: HandledEvent<typeof OrderPlaced>, step: HandlerStep) { await step.manager.insert(Parcel, { orderId }); }
 */
export function On<E extends CueEvent>(
  event: E,
  options: HandlesOptions = {},
): <F extends (payload: HandledEvent<E>, step: HandlerStep) => Promise<void>>(
  target: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<F>,
) => void {
  if (!isCueEvent(event)) {
    throw new SagaError('INVALID_CONFIGURATION', '@On was given no event.', "Make it with `event('order.placed', …)`.");
  }
  const handled: HandledCommand = {
    command: heardEvent(event),
    declared: new Map(),
    transaction: options.transaction ?? true,
  };
  return applyDecorators(
    passInputAndStep,
    MessagePattern(`${HEARD}${event.name}`),
    SetMetadata(HANDLED_COMMAND, handled),
    UseInterceptors(HandlesInterceptor),
  );
}

import { isCueEvent, type CueEvent, type EventPayload } from 'reprise/contracts';
import { SagaError } from 'reprise/core';
import type { Refusal } from './refusal.js';
import type { RunnableSaga, SagaClass, SagaInput } from './saga-class.js';
import { writeStartingEvent } from './saga-metadata.js';

/** How an event becomes an instance. Both functions are called once for each cue, outside of the saga's code. */
export interface StartsOnOptions<E extends CueEvent, Input> {
  /** The id of the instance, made of a business key: a cue whose id is taken starts nothing, so that one that comes twice starts one. */
  readonly id: (payload: EventPayload<E>) => string;
  /** What `run()` gets; by default the payload. */
  readonly input?: (payload: EventPayload<E>) => Input;
}

/** Refuses an event whose payload is not what `run()` takes. */
export type StartsOnCheck<T, Input> = [Input] extends [SagaInput<T>]
  ? unknown
  : Refusal<"the event's payload is not what run() takes: give `input`, which makes one of the other">;

/**
 * Starts an instance for each event (law M6), whoever publishes it. May stand several times on a class, with another event each.
 * @throws SagaError `INVALID_CONFIGURATION`
 * @example
 * \@StartsOn(OrderPlaced, { id: ({ orderId }) => `ship-${orderId}` })
 * \@Saga({ name: 'order.ship' })
 * export class ShipOrderSaga { … }
 */
export function StartsOn<E extends CueEvent, Input = EventPayload<E>>(event: E, options: StartsOnOptions<E, Input>) {
  if (!isCueEvent(event) || typeof options?.id !== 'function') {
    throw new SagaError(
      'INVALID_CONFIGURATION',
      '@StartsOn needs an event and how to make the id of the instance.',
      'Write @StartsOn(OrderPlaced, { id: ({ orderId }) => `ship-${orderId}` }).',
    );
  }
  return <C extends SagaClass<RunnableSaga>>(sagaClass: C & StartsOnCheck<InstanceType<C>, Input>): void =>
    writeStartingEvent(sagaClass, {
      event: event.name,
      id: options.id as (payload: unknown) => string,
      input: (options.input as ((payload: unknown) => unknown) | undefined) ?? ((payload: unknown) => payload),
    });
}

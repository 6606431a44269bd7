import { demandEvent, isCueEvent, type CueEvent, type EventPayload } from 'reprise/contracts';
import { SagaError, type Duration, type SagaCalls } from 'reprise/core';

export interface EmitOptions {
  /** Events of one key reach each subscriber in the order in which they were emitted. Default: the id of the instance. */
  readonly key?: string;
}

export interface WaitForOptions<E extends CueEvent> {
  /** The fields that the payload has to have, by which it is found: a business key. */
  readonly where: Partial<EventPayload<E>>;
  readonly timeout?: Duration;
}

/** What the context of a saga does with events. */
export interface CueCalls {
  /**
   * Publishes an event (law M6): it leaves when the turn is durable, and reaches each who hears it at least once, and each inbox exactly
   * once. There is nothing to wait for: whoever is slow or away gets it later. What a saga that is undone has published stays published.
   * @throws SagaError `INVALID_EVENT`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`
   * @example saga.emit(OrderPlaced, { orderId: order.id, total: order.total });
   */
  emit<E extends CueEvent>(event: E, payload: EventPayload<E>, options?: EmitOptions): void;

  /**
   * Waits for an event with these fields (law M5), whoever publishes it. One that came before the wait, up to seven days, is found too; one that
   * this instance has had already is not.
   * @returns its payload; undefined when the timeout came first
   * @example const paid = await saga.waitFor(OrderPaid, { where: { orderId: order.id }, timeout: '2 days' });
   */
  waitFor<E extends CueEvent>(
    event: E,
    options: WaitForOptions<E> & { readonly timeout: Duration },
  ): Promise<EventPayload<E> | undefined>;
  waitFor<E extends CueEvent>(event: E, options: WaitForOptions<E>): Promise<EventPayload<E>>;
}

/** What `sagaContext` adds for events. */
export function sagaCues(calls: SagaCalls): CueCalls {
  return {
    emit: (event, payload, { key } = {}) => {
      known(event);
      demandEvent(event, payload);
      if (key !== undefined && !isKey(key)) throw badKey(event.name);
      calls.emit(event.name, payload, key);
    },
    waitFor: (event: CueEvent, { where, timeout }: WaitForOptions<CueEvent>): Promise<never> => {
      known(event);
      if (typeof where !== 'object' || where === null || Object.keys(where).length === 0) throw noKey(event.name);
      return calls.waitFor(event.name, where, timeout) as Promise<never>;
    },
  };
}

function known(event: CueEvent): void {
  if (isCueEvent(event)) return;
  throw new SagaError('INVALID_CONFIGURATION', 'That is no event.', "Make it with `event('order.placed', schema)`.");
}

const LONGEST_KEY = 200;

function isKey(key: unknown): boolean {
  return typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY && !key.includes('\0');
}

function badKey(event: string): SagaError {
  return new SagaError(
    'INVALID_EVENT',
    `The key of event "${event}" is no text of 1 to ${LONGEST_KEY} characters without NUL.`,
    'Use a business key, or none.',
  );
}

function noKey(event: string): SagaError {
  return new SagaError(
    'INVALID_EVENT',
    `A wait for event "${event}" does not say for which one.`,
    "Give the fields that make it this instance's, as in { where: { orderId: order.id } }.",
  );
}

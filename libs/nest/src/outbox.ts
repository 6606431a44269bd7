import { Inject, Injectable } from '@nestjs/common';
import { demandEvent, type CueEvent, type EventPayload } from 'reprise/contracts';
import type { CallerTransaction, CueEnvelope, DeadLetter } from 'reprise/core';
import { SagaRegistrar } from './saga.registrar.js';

/** What caused an event: the second argument of an `@On` or `@Handles` method, for instance. */
export interface EventCause {
  /** The idempotency key of the request or the id of the cue. */
  readonly key: string;
  /** The instance that asked, if it was one. */
  readonly instance?: string;
  /** The flow that the instance belongs to, if it is another's. */
  readonly flow?: string;
  readonly cue?: CueEnvelope;
}

export interface OutboxOptions {
  /**
   * The manager of an open TypeORM transaction of the store's database: the event leaves if that commits, and does not if it does not.
   * Without it the event is durable when `publish` resolves.
   */
  readonly manager?: CallerTransaction;
  /** Events of one key reach each subscriber in the order of their transactions. Default: each goes by itself. */
  readonly key?: string;
  /** Published again with the same id, it is published once. Default a new one. */
  readonly id?: string;
  /** The business key by which people look for it. Default that of the cause, or the key. */
  readonly correlation?: string;
  /** Makes the event a part of the flow that it came from. */
  readonly cause?: EventCause;
}

/**
 * Publishes events from ordinary code, and shows those that could not be delivered (law M6). Each goes, at least once, to all who hear it:
 * services that stand with `on: […]` in the transport, sagas that start on it, instances that wait for it. Works in a service without sagas
 * too: with `SagaModule` over its own database it is that service's outbox.
 *
 * @example
 * await dataSource.transaction(async (manager) => {
 *   await manager.insert(Order, order);
 *   await this.outbox.publish(OrderPlaced, { orderId: order.id }, { manager, key: order.id });
 * });
 */
@Injectable()
export class Outbox {
  constructor(@Inject(SagaRegistrar) private readonly registrar: SagaRegistrar) {}

  /**
   * Answers the id of the cue.
   * @throws SagaError `INVALID_EVENT`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`,
   *   `STORE_UNAVAILABLE`, `SHUTTING_DOWN`
   */
  async publish<E extends CueEvent>(event: E, payload: EventPayload<E>, options: OutboxOptions = {}): Promise<string> {
    demandEvent(event, payload);
    const { cause, manager, key, id } = options;
    const flow = cause && (cause.cue?.flow ?? cause.flow ?? (cause.instance || cause.key));
    const correlation = options.correlation ?? cause?.cue?.correlation;
    const { cues } = await this.registrar.started();
    return cues.publish(event.name, payload, {
      ...(manager ? { manager } : {}),
      ...(key === undefined ? {} : { key }),
      ...(id === undefined ? {} : { id }),
      ...(flow === undefined ? {} : { flow }),
      ...(cause ? { causation: cause.key } : {}),
      ...(correlation === undefined ? {} : { correlation }),
    });
  }

  /** What was given up, oldest first, with the last cause. @param limit default 100 */
  async deadLetters(limit?: number): Promise<DeadLetter[]> {
    return (await this.registrar.started()).cues.deadLetters(limit);
  }

  /** Tries a dead letter again, with as much time as it had. False when there is no such letter. */
  async redeliver(cue: string, subscriber: string): Promise<boolean> {
    return (await this.registrar.started()).cues.redeliver(cue, subscriber);
  }

  /**
   * Drops a dead letter; without a cue, all that is on its way to a subscriber that is gone for good, and what it hears.
   * Answers how many deliveries were dropped.
   */
  async discard(subscriber: string, cue?: string): Promise<number> {
    return (await this.registrar.started()).cues.discard(subscriber, cue);
  }
}

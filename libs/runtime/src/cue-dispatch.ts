import {
  cueOperation,
  decodePayload,
  INSTANCES,
  reviveError,
  SagaError,
  sagaSubscriber,
  serviceSubscriber,
  shardOf,
  Undeliverable,
  type Clock,
  type Cue,
  type CueDelivery,
  type CueOrigin,
  type HandlingTimes,
  type HistoryStore,
  type Json,
  type SagaDefinition,
  type StepCommand,
  type StepTransport,
  type TraceContext,
} from 'reprise/core';
import type { HostedSagas } from './hosted-saga.js';

/** Starts an instance for a cue; one whose id is taken is started already. */
export type StartOnCue = (
  saga: SagaDefinition,
  input: unknown,
  options: { readonly id: string; readonly cue: CueOrigin; readonly trace?: TraceContext | undefined },
) => Promise<{ readonly began: boolean }>;

export interface DispatchMeans {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly sagas: HostedSagas;
  readonly transport: StepTransport | undefined;
  /** How long one delivery may take, in milliseconds. */
  readonly timeout: number;
  readonly start: StartOnCue;
  readonly posted: () => void;
}

/** The run of what is no instance's. */
const NO_RUN = '00000000-0000-0000-0000-000000000000';
/** What no other try would change. */
const REFUSED: ReadonlySet<string> = new Set(['INVALID_INPUT', 'INVALID_ID', 'NOT_SERIALISABLE', 'PAYLOAD_TOO_LARGE']);

/** Hands one cue to one subscriber: a service, a saga that starts on it, or the instances that wait for it. */
export class CueDispatch {
  constructor(private readonly means: DispatchMeans) {}

  /** Resolves when the subscriber has it for good. Throws `Undeliverable` where another try would not help. */
  async deliver(delivery: CueDelivery): Promise<HandlingTimes | undefined> {
    const { subscriber } = delivery;
    if (subscriber === INSTANCES) {
      await this.toInstances(delivery);
      return undefined;
    }
    const [kind, name] = split(subscriber);
    if (subscriber === serviceSubscriber(name) && kind === 'service') return this.toService(name, delivery);
    if (subscriber === sagaSubscriber(name)) await this.toSaga(name, delivery.cue);
    return undefined;
  }

  /** As a command without an answer: the service acknowledges it when its inbox has it. */
  private async toService(service: string, { cue, attempt }: CueDelivery): Promise<HandlingTimes | undefined> {
    const { clock, transport, timeout } = this.means;
    const deadline = clock.now() + timeout;
    const { id, event, key, at, flow, causation, correlation, trace } = cue;
    const command: StepCommand = {
      address: { service, operation: cueOperation(event) },
      input: decodePayload(cue.payload),
      saga: '',
      instance: key,
      run: '',
      step: event,
      call: 0,
      attempt,
      key: id,
      deadline,
      cue: { event, key, at, flow, causation, correlation },
      ...trace,
    };
    const reply = await inTime(clock, deadline, service, transport!.send(command, deadline));
    const { received, handled } = reply.delivery ?? {};
    if (reply.outcome === 'completed') {
      return received === undefined || handled === undefined ? undefined : { received, handled };
    }
    const error = reviveError(reply.error);
    throw reply.outcome === 'fatal' ? new Undeliverable(error) : error;
  }

  private async toSaga(name: string, cue: Cue): Promise<void> {
    const { sagas, start } = this.means;
    const definition = sagas.newest(name);
    const starting = definition?.startsOn?.find(({ event }) => event === cue.event);
    // It was subscribed by a version that is not here any more; a dead letter says so.
    if (!definition || !starting) throw new Undeliverable(startsNoMore(name, cue.event));
    const { id, event, flow, correlation, trace } = cue;
    const payload = decodePayload(cue.payload);
    let instance: string;
    let input: unknown;
    try {
      [instance, input] = [starting.id(payload), starting.input(payload)];
    } catch (error) {
      throw new Undeliverable(error);
    }
    let began: boolean;
    try {
      ({ began } = await start(definition, input, { id: instance, cue: { id, event, flow, correlation }, trace }));
    } catch (error) {
      throw error instanceof SagaError && REFUSED.has(error.code) ? new Undeliverable(error) : error;
    }
    if (!began) await this.demandItsOwn(name, instance);
  }

  /** An id that is taken was started by the same cue, or by another of the same business key; not if it is another saga's. */
  private async demandItsOwn(saga: string, id: string): Promise<void> {
    const found = await this.means.store.find(shardOf(id), id);
    if (found && found.saga !== saga) throw new Undeliverable(takenBy(saga, id, found.saga));
  }

  private async toInstances({ cue, alone }: CueDelivery): Promise<void> {
    const { store, posted } = this.means;
    const waits = await store.cues.waiting(cue);
    for (const { key, id, call } of waits) {
      const about = { cue: cue.id, run: key.run, call, flow: cue.flow } as const;
      const input: readonly Json[] = [cue.payload, about];
      await store.post(shardOf(id), id, { id: `${cue.id}@${key.run}:${call}`, kind: 'cue', name: cue.event, input });
    }
    if (waits.length > 0) {
      posted();
      await store.cues.forget(waits);
    } else if (alone) await this.unhandled(cue);
  }

  /** Nobody hears it, and nobody waits for it (any more): that is on record (law M6). */
  private async unhandled({ id, event, key, payload, flow, causation, correlation }: Cue): Promise<void> {
    await this.means.store.recordOrphan({
      key: { shard: shardOf(key), run: NO_RUN },
      id,
      reason: 'unhandled-event',
      payload: { event, key, payload, flow, causation, correlation },
    });
  }
}

function split(subscriber: string): [string, string] {
  const space = subscriber.indexOf(' ');
  return [subscriber.slice(0, space), subscriber.slice(space + 1)];
}

/** A transport has a time limit of its own; this one does not depend on it. */
async function inTime<T>(clock: Clock, deadline: number, service: string, sending: Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.schedule(deadline, () => reject(silent(service)));
  });
  try {
    return await Promise.race([sending, late]);
  } finally {
    cancel();
    sending.catch(() => undefined);
  }
}

function silent(service: string): SagaError {
  return new SagaError(
    'NO_ANSWER',
    `Service "${service}" did not acknowledge a cue in time; whether it has it is not known.`,
    'It is delivered again with the same key.',
  );
}

function takenBy(saga: string, id: string, other: string): SagaError {
  return new SagaError(
    'DUPLICATE_ID',
    `The id "${id}", which a cue of saga "${saga}" is to start, is taken by an instance of saga "${other}".`,
    'Let the `id` of @StartsOn make ids that no other saga has, as in `ship-${orderId}`; then redeliver the cue.',
  );
}

function startsNoMore(saga: string, event: string): SagaError {
  return new SagaError(
    'EVENT_NOT_HEARD',
    `Saga "${saga}" does not start on event "${event}" any more.`,
    'Deploy a version that has the @StartsOn and redeliver the cue, or discard it.',
  );
}

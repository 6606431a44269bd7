import {
  cueMarks,
  CueCourier,
  DELIVERY_POLICY,
  encodePayload,
  INSTANCES,
  milliseconds,
  sagaSubscriber,
  SagaError,
  serviceSubscriber,
  type Clock,
  type Cue,
  type CueSubscriber,
  type HistoryStore,
  type InstanceKey,
} from 'reprise/core';
import { CueDispatch, type StartOnCue } from './cue-dispatch.js';
import { tracedPublish } from './traced-publish.js';
import { CueSweep } from './cue-sweep.js';
import type { EngineLog } from './engine-log.js';
import { spanOf, type EngineOptions, type PublishOptions } from './engine-options.js';
import type { HostedSagas } from './hosted-saga.js';
import { uuidV7 } from './uuid-v7.js';

/** How long one delivery may take, in milliseconds. */
const TIMEOUT = 30_000;
/** How much longer a delivery is taken, as a part of that: another worker takes it over then, if this one is gone. */
const SLACK = 0.5;

/** How long cues are kept. */
const KEEP = '7 days';

export interface CueDeskMeans {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  readonly sagas: HostedSagas;
  readonly options: EngineOptions;
  readonly start: StartOnCue;
  /** Called when a message is in a mailbox. */
  readonly posted: () => void;
}

/** Events in and out (law M6): publishes what instances emit and others say, and brings it to those who hear it. */
export class CueDesk {
  private readonly courier: CueCourier;
  private readonly sweep: CueSweep | undefined;
  private readonly subscribers: readonly CueSubscriber[];
  /** Those that this process brings cues to. */
  private readonly served: readonly string[];
  private stopHints: (() => void) | undefined;

  constructor(private readonly means: CueDeskMeans) {
    const { store, clock, log, sagas, options, start, posted } = means;
    const { giveUpAfter, backoff, timeout = TIMEOUT, keep = KEEP } = options.cues ?? {};
    this.subscribers = subscribersOf(options, sagas);
    this.served = [INSTANCES, ...this.subscribers.map(({ name }) => name)];
    const limit = milliseconds(timeout);
    // Without polling the store is there for hints alone, as in tests, whose time may jump by years.
    this.sweep = options.poll === Infinity ? undefined : new CueSweep(store.cues, clock, log, milliseconds(keep));
    const dispatch = new CueDispatch({
      store,
      clock,
      sagas,
      transport: options.transport,
      timeout: limit,
      start,
      posted,
    });
    this.courier = new CueCourier(
      {
        cues: store.cues,
        clock,
        policy: {
          ...DELIVERY_POLICY,
          ...(backoff === undefined ? {} : { first: milliseconds(backoff) }),
          ...(giveUpAfter === undefined ? {} : { giveUpAfter: milliseconds(giveUpAfter) }),
        },
        poll: spanOf(options.poll ?? '1s'),
        lease: limit * (1 + SLACK),
        warn: (message, details) => log.warn(message, details),
        deliver: (delivery) => dispatch.deliver(delivery),
      },
      this.served,
    );
  }

  get busy(): boolean {
    return this.courier.busy;
  }

  /** True if this process knows services that hear events. */
  get reachesServices(): boolean {
    return this.subscribers.some(({ name, events }) => events.length > 0 && name.startsWith(serviceSubscriber('')));
  }

  /** Says who is here and hears what, and begins to deliver. */
  async start(): Promise<void> {
    await this.means.store.cues.subscribe(this.subscribers);
    this.stopHints = this.means.store.cues.onHint(() => this.courier.hint());
    this.courier.start();
    this.sweep?.start();
  }

  /** @param grace milliseconds for what is under way */
  async stop(grace: number): Promise<void> {
    this.stopHints?.();
    await Promise.all([this.courier.stop(grace), this.sweep?.stop()]);
  }

  /** As a crash would. */
  halt(): void {
    this.stopHints?.();
    this.courier.halt();
    void this.sweep?.stop();
  }

  /** There may be something to deliver. */
  hint(): void {
    this.courier.hint();
  }

  /** Publishes what a run has emitted; durable with the turn that emitted it until then. */
  async collect(run: InstanceKey): Promise<void> {
    await this.means.store.cues.collect(run, this.served);
    this.courier.hint();
  }

  /** Publishes an event that no instance emitted. Durable when it resolves with the id of the cue. */
  async publish(event: string, payload: unknown, options: PublishOptions = {}): Promise<string> {
    const { id = uuidV7(), key = id, flow = id, causation = id, correlation = key } = options;
    for (const text of [id, key, flow, causation, correlation]) demandText(event, text);
    const encoded = encodePayload(payload, `the payload of event "${event}"`, this.means.options.payloadLimit);
    const marks = cueMarks(event, encoded);
    const at = this.means.clock.now();
    const cue: Cue = { id, event, key, payload: encoded, at, marks, flow, causation, correlation };
    const { tracing } = this.means.options;
    await (tracing ? tracedPublish(tracing, cue, (traced) => this.hand(traced, options)) : this.hand(cue, options));
    return id;
  }

  private async hand(cue: Cue, { manager }: PublishOptions): Promise<void> {
    const { store } = this.means;
    // What a transaction publishes is there when it has committed, and the store hints at it then.
    if (manager) return store.within(manager).publish([cue]);
    await store.cues.publish([cue], this.served);
    this.courier.hint();
  }
}

function subscribersOf({ transport }: EngineOptions, sagas: HostedSagas): CueSubscriber[] {
  const services = (transport?.listeners?.() ?? []).map(({ service, events }) => ({
    name: serviceSubscriber(service),
    events,
  }));
  const starting = sagas.newestDefinitions().map(({ name, startsOn = [] }) => ({
    name: sagaSubscriber(name),
    events: startsOn.map(({ event }) => event),
  }));
  return [...services, ...starting];
}

const LONGEST = 300;

/** What a database takes as a text. @throws SagaError `INVALID_EVENT` */
function demandText(event: string, text: unknown): void {
  if (typeof text === 'string' && text.length > 0 && text.length <= LONGEST && !text.includes('\0')) return;
  throw new SagaError(
    'INVALID_EVENT',
    `An id or key of event "${event}" is no text of 1 to ${LONGEST} characters without NUL.`,
    'Build it from a business key, as in `order-17`.',
  );
}

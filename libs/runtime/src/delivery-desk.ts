import { recordError, type Clock, type SentAttempt, type StepDeliveries } from 'reprise/core';
import type { EngineLog } from './engine-log.js';
import type { WorkerOptions } from './worker-options.js';

/** How long a request is under way before that is noted, in milliseconds: what is answered sooner costs nothing. */
export const NOTED_AFTER = 2_000;
/** Between two looks, in milliseconds: all that has become late since the last one goes in one statement. */
const EVERY = 1_000;

export interface DeliveryDeskOptions {
  readonly deliveries: StepDeliveries;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** The worker's id. */
  readonly worker: () => string;
}

/** Makes visible which requests of a worker are under way for long. What it notes is for people: if it fails, nothing waits for it. */
export class DeliveryDesk {
  private readonly underway = new Map<SentAttempt, 'young' | 'noted'>();
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(private readonly options: DeliveryDeskOptions) {}

  /** A request was handed to the transport. Answers what to call when it has ended. */
  sent(attempt: Omit<SentAttempt, 'sentAt'>): () => void {
    const sent = { ...attempt, sentAt: this.options.clock.now() };
    this.underway.set(sent, 'young');
    this.lookSoon();
    return () => void this.underway.delete(sent);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private lookSoon(): void {
    const { clock } = this.options;
    if (this.cancel || this.stopped) return;
    this.cancel = clock.schedule(clock.now() + EVERY, () => void this.look());
  }

  private async look(): Promise<void> {
    const { clock, deliveries, log, worker } = this.options;
    const before = clock.now() - NOTED_AFTER;
    const young = [...this.underway].filter(([, state]) => state === 'young').map(([sent]) => sent);
    const late = young.filter(({ sentAt }) => sentAt <= before);
    try {
      if (late.length > 0) await deliveries.note(worker(), newestOfEach(late));
      for (const sent of late) if (this.underway.has(sent)) this.underway.set(sent, 'noted');
    } catch (error) {
      log.warn('Requests that are under way for long could not be noted.', { cause: recordError(error).message });
    }
    this.cancel = undefined;
    if ([...this.underway.values()].includes('young')) this.lookSoon();
  }
}

/** An earlier attempt of a call may still be listened to. */
function newestOfEach(sent: readonly SentAttempt[]): SentAttempt[] {
  return [...new Map(sent.map((one) => [`${one.key.run} ${one.call}`, one])).values()];
}

/** The desk of a worker that sends requests. Without polling, as in tests whose time may jump by years, nobody looks. */
export function deliveryDesk(
  { store, transport, clock, log, poll }: WorkerOptions,
  worker: () => string,
): DeliveryDesk | undefined {
  if (!transport || poll === Infinity) return undefined;
  return new DeliveryDesk({ deliveries: store.deliveries, clock, log, worker });
}

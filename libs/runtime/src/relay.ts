import { recordError, type Clock, type HistoryStore, type InstanceKey, type UnsentMessage } from 'reprise/core';
import { Backoff } from './backoff.js';
import type { EngineLog } from './engine-log.js';

export interface RelayOptions {
  readonly store: HistoryStore;
  readonly clock: Clock;
  readonly log: EngineLog;
  /** How often to look for messages of processes that died before they delivered them, in milliseconds; `Infinity`: only at the start. */
  readonly every: number;
  /** Called when a message is in a mailbox. */
  readonly posted: () => void;
  /** Publishes what a run has emitted, in its order, which takes it out of what is leaving. */
  readonly emitted: (run: InstanceKey) => Promise<void>;
}

/** How many messages one look takes up. */
const BATCH = 100;

/**
 * Carries messages from one instance to another: durable with the turn that sent them, posted afterwards, forgotten when they are in the
 * receiver's mailbox. One that is posted twice is delivered once. What a process leaves behind another finds.
 */
export class Relay {
  private stopped = false;
  private cancel: (() => void) | undefined;
  private readonly underway = new Set<string>();

  constructor(private readonly options: RelayOptions) {}

  start(): void {
    void this.look(this.options.every === Infinity ? 0 : this.options.every);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  /** These became durable. */
  send(messages: readonly UnsentMessage[]): void {
    for (const message of messages) void this.deliver(message);
  }

  /** @param olderThan milliseconds: younger ones are on their way in the process that sent them */
  private async look(olderThan: number): Promise<void> {
    const { store, clock, log, every } = this.options;
    try {
      let found: readonly UnsentMessage[];
      do {
        found = this.stopped ? [] : await store.unsent(olderThan, BATCH);
        await Promise.all(found.map((message) => this.deliver(message)));
      } while (found.length === BATCH);
    } catch (error) {
      log.warn('Messages between instances could not be looked for; trying again.', {
        cause: recordError(error).message,
      });
    }
    if (this.stopped || every === Infinity) return;
    this.cancel = clock.schedule(clock.now() + every, () => void this.look(every));
  }

  private async deliver(unsent: UnsentMessage): Promise<void> {
    const { store, clock, log, posted } = this.options;
    const { from, to, message } = unsent;
    const name = `${from.run} ${message.id}`;
    if (this.underway.has(name)) return;
    this.underway.add(name);
    const backoff = new Backoff(50, 5_000);
    while (!this.stopped) {
      try {
        // `closed` and `unknown` are on record as orphans: that is as delivered as it gets.
        if (message.kind === 'emit') await this.options.emitted(from);
        else {
          await store.post(to.shard, to.id, message);
          posted();
          await store.relayed([unsent]);
        }
        break;
      } catch (error) {
        const cause = recordError(error).message;
        log.warn('A message to another instance could not be delivered; trying again.', { to: to.id, cause });
        await new Promise<void>((resolve) => clock.schedule(clock.now() + backoff.next(), resolve));
      }
    }
    this.underway.delete(name);
  }
}

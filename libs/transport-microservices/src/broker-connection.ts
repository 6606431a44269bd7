import { defer, mergeMap, Observable, Subject } from 'rxjs';
import { DeliveryFailure } from './delivery-failure.js';
import type { DeliveryTerms, ServiceConnection } from './service-dialect.js';

/** What Nest's clients report when they have lost their broker. */
const LOST: ReadonlySet<string> = new Set(['disconnected', 'reconnecting', 'closed', 'stopped', 'crashed']);
/** The longest that an orderly good-bye may take, in milliseconds: a broker that is gone never says it. */
const GOODBYE = 2_000;

/** What is used of Nest's `ClientProxy`, whose own type differs from one transport to the next. */
interface NestClient {
  readonly status: Observable<string>;
  connect(): Promise<unknown>;
  send(pattern: string, data: unknown): Observable<unknown>;
  close(): unknown;
}

/** Wraps input for one of Nest's clients, as its record builders do. */
export type Wrap = (payload: unknown, terms: DeliveryTerms) => unknown;

/**
 * One of Nest's clients, made honest: a request fails when its connection is lost. Nest's own leave it waiting for ever, since
 * answers that a broker had for the old connection do not come over the new one.
 */
export class BrokerConnection implements ServiceConnection {
  private readonly lost = new Subject<string>();
  private closed = false;

  constructor(
    private readonly client: NestClient,
    private readonly wrap: Wrap = (payload) => payload,
  ) {
    client.status.subscribe((status) => {
      if (LOST.has(status)) this.lost.next('the connection to the broker was lost');
    });
  }

  send(pattern: string, payload: unknown, terms: DeliveryTerms): Observable<unknown> {
    return defer(() => this.connected()).pipe(
      mergeMap(
        () =>
          new Observable((observer) => {
            const losing = this.lost.subscribe((how) => {
              observer.error(new DeliveryFailure('SERVICE_UNREACHABLE', how));
            });
            const answering = this.client.send(pattern, this.wrap(payload, terms)).subscribe(observer);
            return () => {
              losing.unsubscribe();
              answering.unsubscribe();
            };
          }),
      ),
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    this.lost.next('Connection closed');
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([
      Promise.resolve(this.client.close()).catch(() => undefined),
      new Promise((resolve) => (timer = setTimeout(resolve, GOODBYE))),
    ]);
    clearTimeout(timer);
  }

  private async connected(): Promise<void> {
    try {
      await this.client.connect();
    } catch (reason) {
      throw new DeliveryFailure('SERVICE_UNREACHABLE', reason);
    }
    if (this.closed) throw new DeliveryFailure('SERVICE_UNREACHABLE', 'Connection closed');
  }
}

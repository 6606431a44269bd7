import type { Observable } from 'rxjs';

/** What went wrong on the way, when it was the way and not the handler. */
export type DeliveryProblem = 'SERVICE_UNREACHABLE' | 'NO_LISTENER' | 'NO_HANDLER' | 'PAYLOAD_TOO_LARGE';

/** What the way needs to know of one request beside its payload. */
export interface DeliveryTerms {
  /** When nobody waits for the answer any more, in milliseconds since the epoch; a broker may drop the request then. */
  readonly deadline: number;
  /** The idempotency key. */
  readonly key: string;
  /** The instance that asks: what has to stay in order, stays in order by it. */
  readonly instance: string;
  /** The W3C trace context, which travels in a native header as well where the transport has them. */
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** An open way to one service. Connects when it is first used, and again after the connection was lost. */
export interface ServiceConnection {
  /** Sends on subscription. Fails as soon as it is certain that no answer can come; unsubscribing forgets the request. */
  send(pattern: string, payload: unknown, terms: DeliveryTerms): Observable<unknown>;
  /** Connects beforehand, where that takes long. */
  prepare?(): void;
  /** Fails what is in flight. */
  close(): Promise<void>;
}

/** Connection options of a service, as the user wrote them. */
export type ConnectionOptions = Readonly<Record<string, unknown>>;

/** What a dialect has to know of a service before it opens the connection. */
export interface ServiceToReach {
  readonly service: string;
  readonly options: ConnectionOptions;
  /** Told of an answer that is no packet of this transport, whatever request it was for. */
  readonly refused: (code: string) => void;
}

/** Everything that differs from one of Nest's transports to the next. */
export interface ServiceDialect {
  readonly name: string;
  /** Driver packages that have to be installed. Nest itself would end the process when one is missing. */
  readonly packages: readonly string[];
  /** Mistakes in the connection options, in words. */
  check(options: ConnectionOptions): string[];
  /** Options that work, but not safely, in words. */
  warnings(options: ConnectionOptions): string[];
  open(reach: ServiceToReach): ServiceConnection;
  /** What a failure of `send` says of the way; undefined when it came from the service's own code. */
  problem(failure: unknown): DeliveryProblem | undefined;
}

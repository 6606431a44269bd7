import type { Observable } from 'rxjs';

/** What went wrong on the way, when it was the way and not the handler. */
export type DeliveryProblem = 'SERVICE_UNREACHABLE' | 'NO_HANDLER';

/** An open way to one service. Connects when it is first used, and again after the connection was lost. */
export interface ServiceConnection {
  /** Sends on subscription. Fails as soon as it is certain that no answer can come; unsubscribing forgets the request. */
  send(pattern: string, payload: unknown): Observable<unknown>;
  /** Fails what is in flight. */
  close(): Promise<void>;
}

/** Everything that differs from one of Nest's transports to the next. */
export interface ServiceDialect {
  readonly name: string;
  /** Driver packages that have to be installed. Nest itself would end the process when one is missing. */
  readonly packages: readonly string[];
  /** Mistakes in the connection options, in words. */
  check(options: Readonly<Record<string, unknown>>): string[];
  open(options: Readonly<Record<string, unknown>>): ServiceConnection;
  /** What a failure of `send` says of the way; undefined when it came from the service's own code. */
  problem(failure: unknown): DeliveryProblem | undefined;
}

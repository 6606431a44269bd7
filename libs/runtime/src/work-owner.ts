import type { Execution, IncomingEvent } from 'reprise/core';

/** What the work on open calls asks of the instance it belongs to. */
export interface WorkOwner {
  readonly execution: Execution;
  /** Hands over what is to be read at the next turn; `orphaned` is called when nobody has a use for it. */
  receive(read: () => readonly IncomingEvent[], orphaned?: () => void): void;
  /** The last attempt that somebody waited for has answered. */
  unemployed(): void;
}

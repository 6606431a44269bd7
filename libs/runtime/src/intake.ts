import type { IncomingEvent } from 'reprise/core';

/** Something for the next turn of an instance. Read when its turn comes, so that it sees what the ones before it did. */
export interface Intake {
  read(): readonly IncomingEvent[];
  /** Called when the instance had no use for it any more. */
  orphaned?(): void;
  /** The message that leaves the mailbox with the turn. */
  readonly message?: string;
}

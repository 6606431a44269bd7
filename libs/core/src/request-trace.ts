/** The event under which a participant is asked what it knows of requests. No event of an application has this name. */
export const DELIVERY_INQUIRY = 'reprise.delivery';

/** The most keys of one inquiry. */
export const INQUIRY_LIMIT = 100;

/**
 * What a participant knows of one request, by its idempotency key. Times are in milliseconds since the epoch, by its own clocks.
 * - `handling`: its handler runs, here or in another replica
 * - `answered`: its first answer is there for whoever sends it again
 * - `undone`: its undo came; the request is refused from then on
 * - `absent`: there is no trace of it: it never came, or its handler failed in a way that leaves nothing
 * - `unknown`: without an inbox nobody remembers what has ended
 */
export interface RequestTrace {
  readonly key: string;
  readonly state: 'handling' | 'answered' | 'undone' | 'absent' | 'unknown';
  readonly received?: number;
  readonly handled?: number;
  /** When the answer was stored. */
  readonly answered?: number;
}

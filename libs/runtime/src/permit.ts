import type { PermitRequest } from 'reprise/core';

/** Leave for one attempt of a limited step: first it waits for its turn, then it holds a place, until it is given back. */
export class Permit {
  state: 'waiting' | 'granted' | 'over' = 'waiting';
  /** Whether it is in the store's queue, where all workers wait together. */
  queued: 'no' | 'unsure' | 'yes' = 'no';

  constructor(
    readonly request: PermitRequest,
    /** Its turn among those that wait in this process. */
    readonly turn: number,
    /** Called when it is granted later than it was asked for. */
    readonly admitted: () => void,
  ) {}

  get priority(): number {
    return this.request.priority;
  }
}

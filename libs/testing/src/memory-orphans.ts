import type { Clock, InstanceKey, Message, Orphan } from 'reprise/core';

/** The run of an orphan whose instance nobody knows. */
export const NO_RUN = '00000000-0000-0000-0000-000000000000';

/** An orphan with its number and the time at which it came, in milliseconds since the epoch. */
export interface MemoryOrphan extends Orphan {
  readonly number: number;
  readonly at: number;
}

/** The orphans on record, oldest first. */
export class MemoryOrphans {
  list: MemoryOrphan[] = [];
  private numbered = 0;

  constructor(private readonly clock: Clock) {}

  keep(orphan: Orphan): void {
    this.list.push({ ...structuredClone(orphan), number: ++this.numbered, at: this.clock.now() });
  }

  /** A message that nobody takes any more. @param to the id of the instance it is for */
  keepMail(key: InstanceKey, to: string, reason: string, { id, kind, name, input }: Message): void {
    this.keep({ key, id: to, reason, payload: { message: id, kind, name, input } });
  }

  remove(condition: (orphan: MemoryOrphan) => boolean): void {
    this.list = this.list.filter((orphan) => !condition(orphan));
  }
}

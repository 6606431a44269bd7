import { isClosed, type Cue, type CueWait } from 'reprise/core';
import type { MemoryRuns } from './memory-runs.js';

type WaitingCall = Pick<CueWait, 'key' | 'call'>;

/** The calls of instances that wait for a cue. */
export class MemoryCueWaits {
  private waits: CueWait[] = [];

  constructor(private readonly runs: Pick<MemoryRuns, 'get'>) {}

  /** In place of what the call waited for before. */
  add(wait: CueWait): void {
    this.forget([wait]);
    this.waits.push(structuredClone(wait));
  }

  /** Those of open instances. */
  of(cue: Cue): CueWait[] {
    return structuredClone(this.waits.filter((wait) => answers(cue, wait) && this.isOpen(wait)));
  }

  forget(calls: readonly WaitingCall[]): void {
    this.waits = this.waits.filter((wait) => !calls.some((gone) => isSameCall(gone, wait)));
  }

  /** The run is gone. */
  remove(run: string): void {
    this.waits = this.waits.filter(({ key }) => key.run !== run);
  }

  private isOpen({ key }: CueWait): boolean {
    const row = this.runs.get(key.run);
    return row !== undefined && !isClosed(row.summary.status);
  }
}

/** True if the cue is what the call waits for. */
export function answers(cue: Cue, { event, marks, except }: CueWait): boolean {
  return cue.event === event && marks.every((mark) => cue.marks.includes(mark)) && !except.includes(cue.id);
}

function isSameCall(one: WaitingCall, other: WaitingCall): boolean {
  return one.key.run === other.key.run && one.call === other.call;
}

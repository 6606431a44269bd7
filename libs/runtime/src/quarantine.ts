import {
  isUnavailable,
  recordError,
  type ClaimedInstance,
  type InstanceKey,
  type InstanceSummary,
  type SagaError,
} from 'reprise/core';
import { TurnWriter } from './turn-writer.js';
import type { WorkerContext } from './worker-context.js';

/** How long an instance rests that nobody could take up, before it is tried again, in milliseconds. */
const REST = 60_000;
/** The same when what it takes is only away for the moment. */
const PAUSE = 5_000;

/**
 * Keeps instances that were claimed and cannot be read: they are shown as incidents, and tried again now and then, by whichever worker
 * is there: the key that one lacks another may have.
 */
export class Quarantine {
  constructor(private readonly worker: WorkerContext) {}

  /** Those that can be run; the others are kept. */
  readable(claimed: readonly ClaimedInstance[]): ClaimedInstance[] {
    return claimed.filter((instance) => {
      if (instance.unreadable) void this.keep(instance, instance.unreadable);
      return !instance.unreadable;
    });
  }

  /** Keeps one that could not be taken up. */
  refused({ key, id }: InstanceSummary, cause: unknown): void {
    const details = { id, cause: recordError(cause).message };
    this.worker.log.error('An instance could not be taken up; it is given back.', details);
    this.rest(key, REST);
  }

  /** Gives an instance back after a while: at once it would be due at once, if it has unread messages. */
  private rest(key: InstanceKey, wait: number): void {
    const { clock } = this.worker;
    clock.schedule(clock.now() + wait, () => void this.worker.release(key, 0));
  }

  private async keep({ summary, turns }: ClaimedInstance, cause: SagaError): Promise<void> {
    const { key, id, status, retrying, error } = summary;
    const { code, message } = cause;
    const names = { id, code, message };
    this.rest(key, isUnavailable(cause) ? PAUSE : REST);
    const known = status === 'incident' && error?.code === code;
    if (isUnavailable(cause) || known)
      return this.worker.log.warn('An instance cannot be read; it is tried again later.', names);
    await new TurnWriter({ key, id }, this.worker, turns.length, { status, retrying }).tryPark(code, message);
  }
}

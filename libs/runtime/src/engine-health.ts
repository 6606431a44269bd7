import type { HistoryStore } from 'reprise/core';
import { StoreLook } from './figures/store-look.js';
import type { Worker } from './worker.js';

/** Whether a process can do its part. */
export interface EngineHealth {
  /** False: the store did not answer in time, or the lease is not known to hold. */
  readonly up: boolean;
  readonly store: 'reachable' | 'unreachable';
  /** `none`: this process runs no sagas. `lapsed`: others may take its instances; it begins anew when the store answers. */
  readonly lease: 'held' | 'lapsed' | 'none';
  /** Instances in memory. */
  readonly resident: number;
  /** For how long an instance has been due that no worker takes, in milliseconds; absent when the store does not say. */
  readonly overdue?: number;
  /** Workers with a living lease; absent when the store does not say. */
  readonly workers?: number;
}

/** @param limit how long the store may take, in milliseconds */
export async function engineHealth(
  store: HistoryStore,
  worker: Worker | undefined,
  limit: number,
): Promise<EngineHealth> {
  const figures = await new StoreLook(store, 0, limit).read();
  const lease = worker ? (worker.heart.held ? 'held' : 'lapsed') : 'none';
  return {
    up: figures !== undefined && lease !== 'lapsed',
    store: figures ? 'reachable' : 'unreachable',
    lease,
    resident: worker?.size ?? 0,
    ...(figures ? { overdue: figures.overdue, workers: figures.workers } : {}),
  };
}

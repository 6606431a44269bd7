import type { InstanceFilter } from './instance-filter.js';
import type { InstanceSummary } from './instance-summary.js';
import type { Json } from './json.js';
import type { RetentionPolicy } from './retention.js';
import type { StoreFigures } from './store-figures.js';

/** A place in the list of instances, which is ordered by start, then by run, newest first. It never changes. */
export interface InstancePosition {
  /** Microseconds since the epoch. */
  readonly startedAt: number;
  readonly run: string;
}

export interface InstancePage {
  readonly instances: readonly InstanceSummary[];
  /**
   * Where the next page goes on; absent at the end. A page with `next` may hold fewer instances than asked for, even none: one call looks
   * at a bounded number of candidates.
   */
  readonly next?: InstancePosition;
}

export interface InstanceCount {
  readonly count: number;
  /** False: there are at least so many. */
  readonly exact: boolean;
}

/** An orphan as it is on record (law S7). */
export interface RecordedOrphan {
  /** Orphans are numbered in the order in which they came. */
  readonly number: number;
  /** The instance's id. */
  readonly id: string;
  /** Absent when no instance ever had the id. */
  readonly run?: string;
  readonly reason: string;
  readonly call?: number;
  readonly attempt?: number;
  readonly payload?: Json;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface OrphanPage {
  readonly orphans: readonly RecordedOrphan[];
  /** Where the next page goes on: before this number; absent at the end. */
  readonly next?: number;
}

/** Open instances of one version of a saga. */
export interface CensusEntry extends InstanceCount {
  readonly saga: string;
  readonly version: number;
  /** True while a worker with a living lease has that version. */
  readonly hosted: boolean;
}

/**
 * Finds, counts and removes instances. A port of its own beside `HistoryStore`, reached as its `catalogue`: no instance needs it to run.
 * Reads take no locks. One contract suite runs against every implementation.
 */
export abstract class InstanceCatalogue {
  /** Up to `size` runs that match, newest first, after `after`. Runs that begin meanwhile change nothing for the pages that follow. */
  abstract list(filter: InstanceFilter, size: number, after?: InstancePosition): Promise<InstancePage>;

  /** How many match; of very many, at least how many. */
  abstract count(filter: InstanceFilter): Promise<InstanceCount>;

  /** Up to `size` orphans, newest first, with numbers below `before`. @param id of one instance only */
  abstract orphans(size: number, before?: number, id?: string): Promise<OrphanPage>;

  /** Open instances by saga and version, in that order. */
  abstract census(): Promise<CensusEntry[]>;

  /** For metrics and health checks. */
  abstract figures(): Promise<StoreFigures>;

  /**
   * Removes up to `limit` ended runs that a policy lets go, with everything that is kept of them. All or nothing per call; answers how many.
   * Runs that somebody is just working on are left for the next time. An id whose only runs are removed is free again.
   */
  abstract sweep(policies: readonly RetentionPolicy[], limit: number): Promise<number>;

  /**
   * Removes orphans of no instance that are older than `keep` milliseconds, looking at up to `limit` orphans with numbers above `after`.
   * Answers up to where it looked; undefined: to the end.
   */
  abstract sweepOrphans(keep: number, after: number, limit: number): Promise<number | undefined>;

  /** Removes up to `limit` replies to messages that are older than `keep` milliseconds; answers how many. */
  abstract sweepReplies(keep: number, limit: number): Promise<number>;
}

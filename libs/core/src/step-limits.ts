import type { SharedLimit } from './limit-options.js';

/** A kind of step: its saga, and the name of its method. All versions of a saga share it. */
export interface StepType {
  readonly saga: string;
  readonly step: string;
}

/** A limit as code declares it. */
export interface DeclaredLimit extends StepType {
  readonly limit: SharedLimit;
}

/** Who paused a kind of step, why, and when (milliseconds since the epoch, by the store's clock). */
export interface StepPause {
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** What holds for a kind of step: what was set at run time in its parts, else what code declares. */
export interface StepSetting extends StepType {
  readonly limit: SharedLimit;
  readonly paused?: StepPause;
}

/** A setting with what it does at the moment. */
export interface StepLimitStatus extends StepSetting {
  /** What code declares, beneath what was set at run time. */
  readonly declared: SharedLimit;
  /** Attempts under way. */
  readonly held: number;
  /** Steps that wait. */
  readonly waiting: number;
  /** Since when the longest of them waits, in milliseconds since the epoch. */
  readonly waitingSince?: number;
}

/** One step that wants to make an attempt. */
export interface PermitRequest extends StepType {
  /** A UUID of this very request; one that is made again counts once. */
  readonly id: string;
  readonly instance: { readonly shard: number; readonly run: string };
  readonly call: number;
  /** Its group: groups take turns. */
  readonly key: string;
  /** Whose limit it counts against: its group's, or the empty text for the step's own. */
  readonly pool: string;
  readonly priority: number;
}

/** Names a permit to the store. */
export interface PermitKey extends StepType {
  readonly id: string;
}

/** A kind of step that a worker waits for, and how many permits it has use for; absent: for all that it asked for. */
export interface PermitDemand extends StepType {
  readonly room?: number;
}

export interface PermitsTaken {
  /** The requests of the worker that were granted by this look. */
  readonly granted: readonly string[];
  /** In how many milliseconds a rate lets the next one through; absent: not by time alone. */
  readonly retryAfter?: number;
  /** True when another worker was at it in the same moment: look again. */
  readonly contended: boolean;
}

/**
 * Limits of concurrency and rate that all workers over a store share, and pauses (law S10). A permit hangs on its worker's lease: what a
 * dead worker held or waited for is gone with it.
 *
 * 1. Permits under way in a pool never exceed its concurrency; permits granted within any `per` never exceed its rate.
 * 2. Higher priority first; then groups take turns, however many requests one of them has; then the order of arrival.
 * 3. A paused kind of step gets no permit.
 */
export abstract class StepLimits {
  /** Notes everything that the code of these sagas declares. The last to declare decides; what was set at run time stays above it. */
  abstract declare(sagas: readonly string[], limits: readonly DeclaredLimit[]): Promise<void>;

  /** Every kind of step that has a limit or a pause. */
  abstract settings(): Promise<StepSetting[]>;

  /** Puts requests into the queue. Requests of a worker that was taken for dead are left out. */
  abstract request(worker: string, requests: readonly PermitRequest[]): Promise<void>;

  /** Grants what can be granted of the worker's requests. */
  abstract take(worker: string, demands: readonly PermitDemand[]): Promise<PermitsTaken>;

  /** Ids of the permits that the worker holds: for one that did not hear the answer to `take`. */
  abstract held(worker: string): Promise<PermitKey[]>;

  /** Gives permits back, and takes requests back. */
  abstract giveBack(worker: string, permits: readonly PermitKey[]): Promise<void>;

  /** Sets the parts that are given, above what code declares. */
  abstract set(type: StepType, limit: SharedLimit): Promise<void>;

  /** What code declares holds again. */
  abstract clear(type: StepType): Promise<void>;

  /** From now on no attempt of this kind of step begins; one that is paused already stays as it is. */
  abstract pause(type: StepType, by: string, reason: string): Promise<void>;

  /** Ends a pause and answers whether there was one; `by` stays on record. */
  abstract resume(type: StepType, by: string): Promise<boolean>;

  abstract list(): Promise<StepLimitStatus[]>;

  /** Calls `listener` when a setting changed or a permit came free. A hint only (law W7). */
  abstract onChange(listener: () => void): () => void;
}

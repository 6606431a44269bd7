import type { Turn } from './event.js';
import type { StartRecord } from './start-record.js';

/** What one run makes way for when it continues as new, or what a copy of its history becomes. */
export interface Successor {
  readonly run: string;
  readonly version: number;
  readonly turn: Turn;
}

/** A later start of an id whose run has not begun: what takes the place of the one before. */
export interface Postponement {
  readonly version: number;
  /** The first turn of its history. */
  readonly turn: Turn;
  /** In how many milliseconds it begins. */
  readonly after: number;
  /** How many milliseconds after its very first start it begins at the latest. */
  readonly longest?: number;
}

/** A run that begins with a copy of another's history. */
export interface ForkedRun {
  readonly run: string;
  /** The newest run of the id, which has ended: this one takes its place, and that of no other. */
  readonly replaces?: string;
  readonly start: StartRecord;
  /** Its history so far. */
  readonly turns: readonly Turn[];
}

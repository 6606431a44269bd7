import type { OpenStatus } from './saga-status.js';

/** Open instances of one saga in one status. */
export interface OpenCount {
  readonly saga: string;
  readonly status: OpenStatus;
  /** Not counted further than 10,000. */
  readonly count: number;
}

/** What gauges and health checks read from a store: cheap however much it holds, and as it was at one moment. */
export interface StoreFigures {
  readonly open: readonly OpenCount[];
  /** For how long the instance has been due that nobody has taken for longest, in milliseconds; 0 when none is due. */
  readonly overdue: number;
  /** Cues that were given up. Not counted further than 10,000. */
  readonly deadLetters: number;
  /** Workers with a living lease. */
  readonly workers: number;
}

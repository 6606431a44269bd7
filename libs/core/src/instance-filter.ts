import type { SagaStatus } from './saga-status.js';
import type { StoredTag } from './tags.js';

/** A span of time or numbers: from `from` up to but not including `to`; either may be left out. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** What a tag must hold: one value, or a number or date (in milliseconds since the epoch) within a range. */
export type TagCondition =
  | { readonly name: string; readonly equals: StoredTag }
  | { readonly name: string; readonly kind: 'number' | 'date'; readonly within: Range };

/** Which runs of instances are meant: those for which all of it holds. Times in milliseconds since the epoch. */
export interface InstanceFilter {
  /** Any of these. */
  readonly sagas?: readonly string[];
  /** Any of these. */
  readonly statuses?: readonly SagaStatus[];
  readonly version?: number;
  /** The code of the error that ended it, or of its incident. */
  readonly errorCode?: string;
  readonly retrying?: boolean;
  readonly idPrefix?: string;
  readonly started?: Range;
  readonly closed?: Range;
  readonly tags?: readonly TagCondition[];
}

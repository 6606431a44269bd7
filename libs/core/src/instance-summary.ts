import type { RecordedError } from './error-record.js';
import type { InstanceKey } from './instance-key.js';
import type { ParentLink } from './parent-link.js';
import type { SagaStatus } from './saga-status.js';
import type { Tags } from './tags.js';

/** What people and queries see of an instance without reading its history. Written only when it changes. */
export interface InstanceHead {
  readonly status: SagaStatus;
  /** True while at least one step waits for another attempt. */
  readonly retrying: boolean;
  /** The error that ended it, or the incident's, as `{ name, message, code? }`. */
  readonly error?: RecordedError;
  /** All of its tags, present when the turn changed any. */
  readonly tags?: Tags;
}

export interface InstanceSummary extends InstanceHead {
  readonly key: InstanceKey;
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly tags: Tags;
  /** Milliseconds since the epoch, by the database's clock. */
  readonly startedAt: number;
  readonly closedAt?: number;
  /** Present on one whose start had a delay: when that is over, in milliseconds since the epoch, by the database's clock. */
  readonly beginsAt?: number;
  /** Present on a child. */
  readonly parent?: ParentLink;
}

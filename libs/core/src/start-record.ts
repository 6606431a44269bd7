import type { ParentLink } from './parent-link.js';
import type { Tags } from './tags.js';

/** What the store notes when an instance begins, beside its first turn. */
export interface StartRecord {
  /** The id that the starter chose: at most one open instance has it (law I1). */
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly tags: Tags;
  /** May an id be taken again when its last run has ended? */
  readonly reuse: boolean;
  /** True when the appending worker owns the new instance at once; false when any worker may claim it. */
  readonly owned: boolean;
  /** Present on a child: the call that made it. */
  readonly parent?: ParentLink;
}

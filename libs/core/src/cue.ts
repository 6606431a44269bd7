import type { HandlingTimes } from './delivery-times.js';
import type { InstanceKey } from './instance-key.js';
import type { Json } from './json.js';
import type { RecordedError } from './error-record.js';
import type { TraceContext } from './tracing.js';
import type { ParentLink } from './parent-link.js';

/** What tells how one event came from others: travels with every cue (law M6). */
export interface CueLinks {
  /** What all events of one flow have in common, through however many services it goes: the id of the instance, or of the cue, that began it. */
  readonly flow: string;
  /** What caused this event: the cue before it, or the run of the saga that emitted it. */
  readonly causation: string;
  /** The business key by which people look for it: the key of the cue, unless it was said otherwise. */
  readonly correlation: string;
}

/** An event that was published: on its way to those who hear it. */
export interface Cue extends CueLinks {
  /** The same on every delivery, whoever gets it: receivers deduplicate by it. */
  readonly id: string;
  readonly event: string;
  /** Cues of one key reach each subscriber in the order in which they were published. */
  readonly key: string;
  readonly payload: Json;
  /** When it was published, in milliseconds since the epoch. */
  readonly at: number;
  /** What the fields of its payload come to, so that a wait can find it: see `cueMarks`. */
  readonly marks: readonly string[];
  /** The trace in which it was published. */
  readonly trace?: TraceContext;
}

/** What an instance that a cue started knows of it. */
export interface CueOrigin {
  readonly id: string;
  readonly event: string;
  readonly flow: string;
  readonly correlation: string;
}

/** What the start of an instance says of who began it. */
export interface Beginning {
  readonly flow?: string;
  readonly cue?: CueOrigin;
  readonly parent?: ParentLink;
}

/**
 * The flow that an instance belongs to (law M6): that of whoever began it, through however many sagas and services; its own, if nothing
 * did. A history that does not name it was begun by its parent or by a cue, or by nobody.
 *
 * @param id of the instance
 */
export function flowOf(started: Beginning | undefined, id: string): string {
  return started?.flow ?? started?.cue?.flow ?? started?.parent?.id ?? id;
}

/** One cue on its way to one subscriber, taken by one courier for a while. */
export interface CueDelivery {
  readonly cue: Cue;
  readonly subscriber: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Milliseconds since it was published. */
  readonly age: number;
  /** True if nobody else hears the event. */
  readonly alone: boolean;
}

/**
 * What became of a delivery: it was acknowledged, it is tried again after so many milliseconds, or it was given up and is a dead letter
 * with its cause.
 */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered'; readonly times?: HandlingTimes }
  | { readonly outcome: 'retry'; readonly after: number; readonly error: RecordedError }
  | { readonly outcome: 'dead'; readonly error: RecordedError };

export interface SettledDelivery {
  readonly subscriber: string;
  /** The id of the cue. */
  readonly cue: string;
  readonly attempt: number;
  readonly result: DeliveryOutcome;
}

/** Who hears which events. */
export interface CueSubscriber {
  /** `service shipping`, `saga order.place`: see `serviceSubscriber` and `sagaSubscriber`. */
  readonly name: string;
  readonly events: readonly string[];
}

/** The subscriber that hands cues to the instances that wait for them. Every cue goes to it. */
export const INSTANCES = 'instances';

/** The operation of a service under which it hears an event. No operation of a contract has a dot in its name. */
export function cueOperation(event: string): string {
  return `on.${event}`;
}

export function serviceSubscriber(service: string): string {
  return `service ${service}`;
}

export function sagaSubscriber(saga: string): string {
  return `saga ${saga}`;
}

/** An instance that waits for a cue. */
export interface CueWait {
  readonly key: InstanceKey;
  readonly id: string;
  readonly call: number;
  readonly event: string;
  /** The cue has to have all of them: see `cueMarks`. */
  readonly marks: readonly string[];
  /** Ids of cues that it has had already. */
  readonly except: readonly string[];
}

/** A cue whose delivery was given up. */
export interface DeadLetter {
  readonly cue: Cue;
  readonly subscriber: string;
  readonly attempts: number;
  /** When it was given up, in milliseconds since the epoch. */
  readonly at: number;
  /** What was last heard. */
  readonly error: RecordedError;
}

/** What became of a cue on its way to one subscriber. Times are in milliseconds since the epoch. */
export interface CueTrace {
  /** The id of the cue. */
  readonly cue: string;
  /** Absent while the cue has not left the instance that emitted it. */
  readonly subscriber?: string;
  readonly state: 'leaving' | 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** When it was first sent. */
  readonly sentAt?: number;
  /** By the clock of a service that acknowledged it and says so. */
  readonly receivedAt?: number;
  readonly handledAt?: number;
  readonly settledAt?: number;
  /** While it is pending: when it is due, or when it counts as lost by whoever has taken it. */
  readonly dueAt?: number;
  /** What was last heard; while it is pending, absent as long as somebody tries. */
  readonly error?: RecordedError;
}

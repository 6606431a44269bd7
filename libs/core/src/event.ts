import type { Json } from './json.js';
import type { StoredTagChanges } from './tags.js';

/** How an error is kept in the history: by value, so that replay can throw it again. */
export interface RecordedError {
  /** The error's class name, for instance `OutOfStock`. */
  readonly name: string;
  readonly message: string;
  /** A stable code for the program, where the error has one. */
  readonly code?: string;
  /** The encoded data of a declared error. */
  readonly data?: Json;
  /** Where it was thrown; kept for people, never compared and never sent to another service. */
  readonly stack?: string;
  readonly cause?: RecordedError;
}

/** The rules of replay that wrote a history (law D9). A change of the rules gets a new number; old numbers keep replaying. */
export const ENGINE_RULES = 1;

export interface SagaStarted {
  readonly type: 'SagaStarted';
  readonly saga: string;
  readonly version: number;
  readonly engine: number;
  readonly input: Json;
}
/** The intent of a step (law S1): durable before the step is sent or run. */
export interface StepScheduled {
  readonly type: 'StepScheduled';
  readonly call: number;
  readonly step: string;
  /** The encoded arguments, in order. */
  readonly input: readonly Json[];
  /** Present on a compensation: the call whose effect it takes back. */
  readonly undoes?: number;
}
/** One try of a step ended without an outcome. */
export interface StepAttemptFailed {
  readonly type: 'StepAttemptFailed';
  readonly call: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly error: RecordedError;
  /** When the next try is due, in milliseconds since the epoch; absent when no try follows by itself. */
  readonly retryAt?: number;
}
export interface StepCompleted {
  readonly type: 'StepCompleted';
  readonly call: number;
  readonly attempt: number;
  readonly result: Json;
}
/** The body gave the step out of its hands: its outcome comes from elsewhere, by its token. */
export interface StepDeferred {
  readonly type: 'StepDeferred';
  readonly call: number;
  readonly attempt: number;
  /** When it is waited for no longer, in milliseconds since the epoch; absent: it is waited for as long as it takes. */
  readonly dueAt?: number;
}
/**
 * The step ended in an error that is known (law S4): `declared` means that its effect did not happen, `absent` that somebody looked
 * and it did not.
 */
export interface StepFailed {
  readonly type: 'StepFailed';
  readonly call: number;
  readonly attempt: number;
  readonly kind: 'declared' | 'fatal' | 'absent';
  readonly error: RecordedError;
}
/** Attempts or time are used up and nobody answered (law S6). */
export interface StepOutcomeUnknown {
  readonly type: 'StepOutcomeUnknown';
  readonly call: number;
  /** How often the step was tried. */
  readonly attempts: number;
  /** What was last heard. */
  readonly error: RecordedError;
}
/** A success that came after the step's outcome was called unknown (law S7). Its compensation runs, again if need be. */
export interface StepCompletedLate {
  readonly type: 'StepCompletedLate';
  readonly call: number;
  readonly attempt: number;
  readonly result: Json;
}
export interface TimerStarted {
  readonly type: 'TimerStarted';
  readonly call: number;
  /** Milliseconds since the epoch; absolute, so that a crash does not prolong it (law M4). */
  readonly dueAt: number;
}
export interface TimerFired {
  readonly type: 'TimerFired';
  readonly call: number;
}
/** `saga.until(...)` found its condition not yet true. */
export interface WaitStarted {
  readonly type: 'WaitStarted';
  readonly call: number;
  readonly dueAt?: number;
}
export interface WaitTimedOut {
  readonly type: 'WaitTimedOut';
  readonly call: number;
}
export interface SignalReceived {
  readonly type: 'SignalReceived';
  /** The id of the message that carried it. */
  readonly message: string;
  readonly name: string;
  readonly input: readonly Json[];
}
export interface CancelRequested {
  readonly type: 'CancelRequested';
  readonly reason?: string;
}
/** `saga.tag(...)`: what the instance can be found by has changed. `null` takes a tag away. */
export interface TagsChanged {
  readonly type: 'TagsChanged';
  readonly tags: StoredTagChanges;
}
/** `run()` ended in an error, or the instance was cancelled: from here on steps are undone (law C2). */
export interface CompensationStarted {
  readonly type: 'CompensationStarted';
  readonly error: RecordedError;
}
/** The instance is parked until a person or a deploy helps it. */
export interface IncidentOpened {
  readonly type: 'IncidentOpened';
  readonly code: string;
  readonly message: string;
  /** The call it is about, where it is about one. */
  readonly call?: number;
}
export interface IncidentResolved {
  readonly type: 'IncidentResolved';
  /** Who or what: `deploy`, or the name that the operator gave. */
  readonly by: string;
}
export interface SagaCompleted {
  readonly type: 'SagaCompleted';
  readonly result: Json;
  /** Calls that were still open; what they answer later is an orphan. */
  readonly abandoned?: readonly number[];
}
/** Ended in an error with nothing to undo. */
export interface SagaFailed {
  readonly type: 'SagaFailed';
  readonly error: RecordedError;
}
/** Ended in an error, and everything that had to be undone is undone. */
export interface SagaCompensated {
  readonly type: 'SagaCompensated';
  readonly error: RecordedError;
}
export interface SagaCancelled {
  readonly type: 'SagaCancelled';
  readonly error: RecordedError;
}

/** What the saga's code decided. These follow from the events before them, and replay checks that they still do. */
export type DecisionEvent =
  | StepScheduled
  | TimerStarted
  | WaitStarted
  | TagsChanged
  | CompensationStarted
  | SagaCompleted
  | SagaFailed
  | SagaCompensated
  | SagaCancelled;

/** What came to the instance from outside: from a participant, a clock, a client, an operator. */
export type IncomingEvent =
  | SagaStarted
  | StepAttemptFailed
  | StepDeferred
  | StepCompleted
  | StepFailed
  | StepOutcomeUnknown
  | StepCompletedLate
  | TimerFired
  | WaitTimedOut
  | SignalReceived
  | CancelRequested
  | IncidentOpened
  | IncidentResolved;

/** Something that happened to an instance. Its history is these, in order, append-only. */
export type HistoryEvent = DecisionEvent | IncomingEvent;
export type HistoryEventType = HistoryEvent['type'];

/** What one delivery of events made of an instance: written whole or not at all (law W3). */
export interface Turn {
  /** When it was taken, in milliseconds since the epoch. `saga.now()` answers this during the turn. */
  readonly at: number;
  /** What came in and what the code decided upon it, interleaved in the order in which it happened. */
  readonly events: readonly HistoryEvent[];
}

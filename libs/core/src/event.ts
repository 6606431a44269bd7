import type { OperatorEvent } from './operator-event.js';
import type { ParentLink } from './parent-link.js';
import type { RecordedError } from './error-record.js';
import type {
  StepAttemptFailed,
  StepCompleted,
  StepCompletedLate,
  StepDeferred,
  StepFailed,
  StepOutcomeUnknown,
  StepVerifying,
  StepScheduled,
} from './step-event.js';
import type { Json } from './json.js';
import type { CueOrigin } from './cue.js';
import type { CueAwaited, CueReceived, EventEmitted } from './cue-history.js';
import type { StoredTagChanges } from './tags.js';
import type { TraceContext } from './tracing.js';

/** The rules of replay that wrote a history (law D9). A change of the rules gets a new number; old numbers keep replaying. */
export const ENGINE_RULES = 1;

export interface SagaStarted {
  readonly type: 'SagaStarted';
  readonly saga: string;
  readonly version: number;
  readonly engine: number;
  readonly input: Json;
  /** Signals that came with the start: handed over before `run()` begins. */
  readonly signals?: readonly CarriedSignal[];
  /** Present on a child. */
  readonly parent?: ParentLink;
  /** True when it was started with a delay: `run()` begins at `SagaBegan`. */
  readonly delayed?: true;
  /** The run that continued as this one. */
  readonly continues?: string;
  /** Present when a cue started it (law M6). */
  readonly cue?: CueOrigin;
  /** The trace in which it was started: everything later links to it. */
  readonly trace?: TraceContext;
  /** The flow that it belongs to, where neither its parent's id nor its cue says it: see `flowOf`. */
  readonly flow?: string;
}
/** The time of a delayed start has come: `run()` begins. */
export interface SagaBegan {
  readonly type: 'SagaBegan';
}
/** A signal that comes with the start of a run. */
export interface CarriedSignal {
  /** The id of the message that carries it: sent again with it, it is not delivered again. */
  readonly message: string;
  readonly name: string;
  readonly input: readonly Json[];
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
/** A request to change the instance and answer, which its validator let through (law M3). */
export interface UpdateAccepted {
  readonly type: 'UpdateAccepted';
  /** The id of the message that carried it. */
  readonly update: string;
  readonly name: string;
  readonly input: readonly Json[];
}
export interface UpdateCompleted {
  readonly type: 'UpdateCompleted';
  readonly update: string;
  readonly result: Json;
}
/** The handler of an update threw: its sender gets the error, the instance goes on. */
export interface UpdateFailed {
  readonly type: 'UpdateFailed';
  readonly update: string;
  readonly error: RecordedError;
}
/** The code took the new way of a patch (law D8): it does so in every replay. */
export interface PatchApplied {
  readonly type: 'PatchApplied';
  readonly patch: string;
}
export interface CancelRequested {
  readonly type: 'CancelRequested';
  readonly reason?: string;
}
/** The code cancelled a scope, or a scope with a time limit ended (law C7): nobody waits for these calls any more. */
export interface CallsCancelled {
  readonly type: 'CallsCancelled';
  readonly calls: readonly number[];
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
  /** Updates whose handlers had not ended; their senders are told. */
  readonly unfinished?: readonly string[];
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

/** An operator ended it at once (law C7): nothing was undone. */
export interface SagaTerminated {
  readonly type: 'SagaTerminated';
  readonly reason: string;
  /** What was left standing: steps that were done, or whose outcome is not known, and were not undone. */
  readonly standing: readonly { readonly call: number; readonly step: string; readonly state: string }[];
}
/** The run gives way to another of the same id, which begins with this input. */
export interface SagaContinued {
  readonly type: 'SagaContinued';
  readonly input: Json;
  readonly version: number;
  /** The run that takes over. */
  readonly next: string;
}
/** An instance that completed has to be taken back: by its parent, or by an operator (law C6). */
export interface UndoRequested {
  readonly type: 'UndoRequested';
  readonly reason: string;
  /** The call that waits for the end of it; absent when an operator asked. */
  readonly for?: ParentLink;
}
/** It has passed its pivot (law C5): it stays as it is, and who asked is told. */
export interface UndoRefused {
  readonly type: 'UndoRefused';
  readonly reason: string;
  /** The call that waits for word; absent when an operator asked. */
  readonly for?: ParentLink;
}

/** What the saga's code decided. These follow from the events before them, and replay checks that they still do. */
export type DecisionEvent =
  | StepScheduled
  | TimerStarted
  | WaitStarted
  | EventEmitted
  | CueAwaited
  | CallsCancelled
  | TagsChanged
  | UpdateCompleted
  | PatchApplied
  | UpdateFailed
  | CompensationStarted
  | SagaCompleted
  | SagaFailed
  | SagaCompensated
  | SagaContinued
  | SagaCancelled;

/** What came to the instance from outside: from a participant, a clock, a client, an operator. */
export type IncomingEvent =
  | SagaStarted
  | SagaBegan
  | StepAttemptFailed
  | StepDeferred
  | StepCompleted
  | StepFailed
  | StepOutcomeUnknown
  | StepVerifying
  | StepCompletedLate
  | TimerFired
  | WaitTimedOut
  | CueReceived
  | SignalReceived
  | UpdateAccepted
  | CancelRequested
  | UndoRequested
  | UndoRefused
  | OperatorEvent
  | SagaTerminated
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

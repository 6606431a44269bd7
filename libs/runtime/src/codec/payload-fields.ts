import type {
  CallProgress,
  CarriedSignal,
  HistoryEvent,
  HistoryEventType,
  Json,
  Message,
  Orphan,
  RecordedError,
  Reply,
  StepRecord,
} from 'reprise/core';

/** A field that is one payload, a list of payloads, signals with their inputs, or an error, whose data (and its causes' data) are payloads. */
export type PayloadKind = 'payload' | 'payloads' | 'signals' | 'error';

type KindOf<T> = [Json] extends [T]
  ? 'payload'
  : [readonly Json[]] extends [T]
    ? 'payloads'
    : [readonly CarriedSignal[]] extends [T]
      ? 'signals'
      : [RecordedError] extends [T]
        ? 'error'
        : never;

type PayloadFieldName<T, K extends keyof T> = [KindOf<Exclude<T[K], undefined>>] extends [never] ? never : K;

/** Exactly the fields of `T` that may hold payloads: a table that lacks one, or has one too many, does not compile. */
export type PayloadFields<T> = {
  readonly [K in keyof T as PayloadFieldName<T, K>]-?: KindOf<Exclude<T[K], undefined>>;
};

/**
 * Where payloads stand in the history: one line for each type of event. A new type of event, and a new field of type `Json`, does not
 * compile until it stands here. Names, numbers and tags are none.
 */
export const EVENT_PAYLOADS = {
  SagaStarted: { input: 'payload', signals: 'signals' },
  SagaBegan: {},
  StepScheduled: { input: 'payloads' },
  StepAttemptFailed: { error: 'error' },
  StepDeferred: {},
  StepCompleted: { result: 'payload' },
  StepFailed: { error: 'error' },
  StepOutcomeUnknown: { error: 'error' },
  StepVerifying: { error: 'error' },
  StepCompletedLate: { result: 'payload' },
  TimerStarted: {},
  TimerFired: {},
  WaitStarted: {},
  WaitTimedOut: {},
  EventEmitted: { payload: 'payload' },
  CueAwaited: { where: 'payload' },
  CueReceived: { payload: 'payload' },
  CallsCancelled: {},
  TagsChanged: {},
  SignalReceived: { input: 'payloads' },
  UpdateAccepted: { input: 'payloads' },
  UpdateCompleted: { result: 'payload' },
  UpdateFailed: { error: 'error' },
  PatchApplied: {},
  CancelRequested: {},
  UndoRequested: {},
  UndoRefused: {},
  CompensationStarted: { error: 'error' },
  IncidentOpened: {},
  IncidentResolved: {},
  SagaCompleted: { result: 'payload' },
  SagaFailed: { error: 'error' },
  SagaCompensated: { error: 'error' },
  SagaCancelled: { error: 'error' },
  SagaContinued: { input: 'payload' },
  SagaTerminated: {},
  OperatorActed: {},
  StepRetryRequested: {},
  StepInputEdited: { input: 'payloads' },
  StepSkipped: {},
  SagaForked: {},
  SagaPaused: {},
  SagaUnpaused: {},
} as const satisfies { readonly [T in HistoryEventType]: PayloadFields<Extract<HistoryEvent, { type: T }>> };

export const MESSAGE_PAYLOADS = { input: 'payloads' } as const satisfies PayloadFields<Message>;

type ReplyOf<S extends Reply['stage']> = Extract<Reply, { stage: S }>;

export const REPLY_PAYLOADS = { result: 'payload', error: 'error' } as const satisfies PayloadFields<
  ReplyOf<'completed'>
> &
  PayloadFields<Exclude<Reply, { stage: 'accepted' | 'completed' }>>;

export const ORPHAN_PAYLOADS = { payload: 'payload' } as const satisfies PayloadFields<Orphan>;

export const PROGRESS_PAYLOADS = { details: 'payload' } as const satisfies PayloadFields<CallProgress>;

type RecordOf<O extends StepRecord['outcome']> = Extract<StepRecord, { outcome: O }>;

/** What is on record of a transactional step, whichever outcome it has. */
export const RECORD_PAYLOADS = { result: 'payload', error: 'error' } as const satisfies PayloadFields<
  RecordOf<'completed'>
> &
  PayloadFields<RecordOf<'declared' | 'fatal'>>;

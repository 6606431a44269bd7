export { base64, fromBase64 } from './base64.js';
export { afterAttempt, deadlineOf, isToBeVerified, notWaitedFor, unanswered } from './attempt-outcome.js';
export type { AttemptOutcome, DeferredOutcome } from './attempt-outcome.js';
export {
  awaitsPerson,
  isOpenStep,
  isOpenWait,
  type CallState,
  type Deferral,
  type StepCall,
  type TimeCall,
} from './call-state.js';
export { Clock } from './clock.js';
export { compensationPlan, type PlannedUndo } from './compensation-plan.js';
export { CronCalendar } from './cron-calendar.js';
export { declaredBy } from './declared-by.js';
export { parts } from './lineage.js';
export { isUndecided } from './undecided.js';
export { isDecision, NonDeterministicError, sameJson, type Mismatch } from './decision-match.js';
export { isScheduledId, tickId, type DeclaredSchedule } from './declared-schedule.js';
export { SHARDS, shardOf } from './shard.js';
export { cueOperation, flowOf, INSTANCES, sagaSubscriber, serviceSubscriber } from './cue.js';
export type { Cue, CueDelivery, CueLinks, CueOrigin, CueSubscriber, CueWait } from './cue.js';
export type { CueTrace, DeadLetter, DeliveryOutcome, SettledDelivery } from './cue.js';
export type { DeliveryTimes, HandlingTimes } from './delivery-times.js';
export { DELIVERY_INQUIRY, INQUIRY_LIMIT, type RequestTrace } from './request-trace.js';
export { StepDeliveries, type SentAttempt } from './step-deliveries.js';
export { CueCourier, Undeliverable, type CourierOptions } from './cue-courier.js';
export type { CueAwaited, CueReceived, EventEmitted } from './cue-history.js';
export { cueMarks } from './cue-marks.js';
export { CueStore, type CueRoom } from './cue-store.js';
export { DELIVERY_POLICY, type DeliveryPolicy } from './delivery-policy.js';
export { continuedBy, cueOf } from './emitted-cue.js';
export { dueTicks, type DueTicks } from './due-ticks.js';
export { milliseconds, type Duration } from './duration.js';
export {
  ENGINE_RULES,
  type CallsCancelled,
  type CancelRequested,
  type CarriedSignal,
  type CompensationStarted,
  type DecisionEvent,
  type HistoryEvent,
  type HistoryEventType,
  type IncidentOpened,
  type IncidentResolved,
  type IncomingEvent,
  type PatchApplied,
  type SagaCancelled,
  type SagaCompensated,
  type SagaCompleted,
  type SagaContinued,
  type SagaFailed,
  type SagaStarted,
  type SagaTerminated,
  type SignalReceived,
  type TagsChanged,
  type TimerFired,
  type TimerStarted,
  type Turn,
  type UndoRefused,
  type UndoRequested,
  type UpdateAccepted,
  type UpdateCompleted,
  type UpdateFailed,
  type WaitStarted,
  type WaitTimedOut,
} from './event.js';
export type {
  StepAttemptFailed,
  StepCompleted,
  StepCompletedLate,
  StepDeferred,
  StepFailed,
  StepOutcomeUnknown,
  StepVerifying,
  StepScheduled,
} from './step-event.js';
export type { RecordedError } from './error-record.js';
export { Execution } from './execution.js';
export type { ExecutionOptions } from './execution-options.js';
export { AmbientScope } from './ambient-scope.js';
export type { CodeScope } from './code-scope.js';
export type { SagaScope } from './saga-scope.js';
export { byTurn, FairTurns, type Queued } from './fair-turns.js';
export { HistoryStore } from './history-store.js';
export type { AppendOutcome, CallerStore, CallerTransaction, ClaimedInstance, HostedVersion } from './history-store.js';
export type { StoreTrouble } from './store-trouble.js';
export type { Orphan, PostOutcome, Released, TurnAppend } from './history-store.js';
export { historyDiagram } from './history-diagram.js';
export { readHistories, writeHistory, type HistoryFile } from './history-file.js';
export { mermaidText } from './mermaid-text.js';
export { Idle } from './idle.js';
export {
  InstanceCatalogue,
  type CensusEntry,
  type InstanceCount,
  type InstancePage,
  type InstancePosition,
  type OrphanPage,
  type RecordedOrphan,
} from './instance-catalogue.js';
export type { InstanceFilter, Range, TagCondition } from './instance-filter.js';
export type { InstanceKey } from './instance-key.js';
export type { InstanceHead, InstanceSummary } from './instance-summary.js';
export type { Json } from './json.js';
export {
  isCount,
  isShared,
  sharedLimit,
  sharedLimitProblems,
  type LimitOptions,
  type RateOption,
  type SharedLimit,
  type StepLimit,
} from './limit-options.js';
export { didNotHappen, happened, isVerified, type Verified } from './verified.js';
export { SagaCancelledError, SagaTimeoutError, StepFailedError, StepUnknownError } from './outcome-errors.js';
export { DEFAULT_PAYLOAD_LIMIT, decodePayload, encodePayload } from './payload-codec.js';
export type { ParentLink } from './parent-link.js';
export { repliesOf } from './replies-of.js';
export type {
  BranchAction,
  OperatorAction,
  OperatorEvent,
  OperatorRequest,
  RunOrigin,
  SagaForked,
} from './operator-event.js';
export type { Message, OutgoingMessage, ReplyAddress, UnsentMessage } from './message.js';
export { ENDED_BEFORE, type MessageReply, type Reply } from './reply.js';
export {
  recordDeclared,
  recordError,
  recordThrown,
  reviveDeclared,
  reviveError,
  summariseError,
  type DeclaredError,
} from './recorded-error.js';
export { retentionPolicies, type Retention, type RetentionPolicy } from './retention.js';
export type {
  ChildOptions,
  ContinueOptions,
  SagaCalls,
  SagaContext,
  SagaDefinition,
  SagaLog,
  SagaProgram,
  StartingEvent,
} from './saga-definition.js';
export { redact, redaction, REDACTED } from './redact.js';
export { redactHistory, type RedactionTerms } from './redacted-history.js';
export { isUnavailable, SagaError, type SagaErrorCode } from './saga-error.js';
export { SagaFailedError, type FailedStatus } from './saga-failed-error.js';
export { SagaUpdateError } from './saga-update-error.js';
export { SAGA_MOVES, moveSaga, type SagaMove, type SagaPhase } from './saga-machine.js';
export { SagaState } from './saga-state.js';
export { isClosed, type ClosedStatus, type OpenStatus, type SagaStatus } from './saga-status.js';
export {
  checkSchedulePlan,
  LONGEST_SCHEDULE_NAME,
  schedulePlan,
  schedulePlanProblems,
  type CatchUpPolicy,
  type OverlapPolicy,
  type SchedulePlan,
  type SchedulePlanOptions,
} from './schedule-plan.js';
export {
  ScheduleStore,
  type ScheduleReach,
  type ScheduleRecord,
  type ScheduleState,
  type SkipReason,
} from './schedule-store.js';
export { idempotencyKey, type StepInvocation } from './step-invocation.js';
export { childFailure, childStep } from './child-step.js';
export type { OnParentEnd } from './on-parent-end.js';
export { outgoingOf } from './outgoing-of.js';
export type { DynamicStep, EngineStep, StartableSaga, StepDefinition } from './step-definition.js';
export { StepDefinitions } from './step-definitions.js';
export { StepLimits } from './step-limits.js';
export type { DeclaredLimit, PermitDemand, PermitKey, PermitRequest, PermitsTaken } from './step-limits.js';
export type { StepLimitStatus, StepPause, StepSetting, StepType } from './step-limits.js';
export type { StartRecord } from './start-record.js';
export type { ForkedRun, Postponement, Successor } from './succession.js';
export { StepProgress, type CallProgress, type RecordedProgress } from './step-progress.js';
export { afterResult, type StepResult } from './step-result.js';
export { STEP_MOVES, moveStep, type StepMove, type StepState } from './step-machine.js';
export {
  retryDelay,
  stepPolicy,
  type HeartbeatOptions,
  type RetryOptions,
  type StepOptions,
  type StepPolicy,
  type TransactionalOptions,
} from './step-policy.js';
export {
  StepTransactions,
  type CallKey,
  type Isolation,
  type StepRecord,
  type TransactionOptions,
  type TransactionTerms,
} from './step-transactions.js';
export type { PayloadCodec, PayloadContext } from './stored-payload.js';
export { RefusedEnvelopes, type RefusedCount, type RefusedReport } from './refused-envelopes.js';
export { StepTransport, type CommandAddress, type CueEnvelope, type EventListener } from './step-transport.js';
export type { ReplyEnvelope, StepCommand, StepEnvelope, StepReply, TransportRemark } from './step-transport.js';
export {
  changeTags,
  checkedTagName,
  decodeTag,
  decodeTags,
  encodeTag,
  encodeTagChanges,
  encodeTags,
  type StoredTag,
  type StoredTagChanges,
  type StoredTags,
  type TagChanges,
  type Tags,
  type TagValue,
} from './tags.js';
export type { OpenCount, StoreFigures } from './store-figures.js';
export { Tracing, type TraceAttributes, type TraceContext, type TraceEnd } from './tracing.js';
export type { TraceOpening, TraceSpan } from './tracing.js';
export { pivotBegun, policyOf, type PivotOptions } from './pivot.js';
export type { CompensationOrder, GroupOptions } from './compensation-order.js';
export { wasThrownToCode } from './thrown-to-code.js';

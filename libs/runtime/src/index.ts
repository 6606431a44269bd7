export { encryption, type EncryptionKey, type EncryptionOptions } from './codec/encryption.js';
export { encodedStore } from './codec/encoded-store.js';
export { offload, type OffloadOptions } from './codec/offload.js';
export { currentStep, currentTransaction } from './current-step.js';
export { Completions, type FailStepOptions } from './completions.js';
export type { EngineHealth } from './engine-health.js';
export type { EngineLog } from './engine-log.js';
export { Figures, type FiguresOptions, type Measured } from './figures/figures.js';
export type { Metric, Sample } from './figures/metric.js';
export { METRICS, type MetricName } from './figures/metrics.js';
export type { HostedSaga } from './hosted-saga.js';
export type { DateRange, InstanceQuery, NumberRange } from './instance-query.js';
export { NodeAmbientScope } from './node-ambient-scope.js';
export { NodeIdle } from './node-idle.js';
export type { RunningStep } from './running-step.js';
export type { AcceptedUpdate } from './messenger.js';
export type { HistoryWarning } from './history-gauge.js';
export type {
  CueOptions,
  EngineOptions,
  PublishOptions,
  SignalOptions,
  StartOptions,
  UpdateOptions,
} from './engine-options.js';
export { SagaEngine } from './saga-engine.js';
export type { BulkAction, BulkOptions, BulkOutcome, BulkProgress, BulkReport } from './bulk-operation.js';
export type { ForkTerms, RedriveTerms } from './branch-terms.js';
export type { Operator } from './operator.js';
export { SagaControl } from './saga-control.js';
export type { DeliveryRecord, DeliveryState } from './delivery-record.js';
export type { Holder, HolderKind, WhoHasIt } from './holder.js';
export type { QueryMeans } from './look-at.js';
export { SagaQueries, type InstanceList, type OrphanList, type PageRequest } from './saga-queries.js';
export type { ScheduleDescription } from './schedule-description.js';
export type { NewSchedule, ScheduleChanges } from './schedule-orders.js';
export type { StepHeartbeat } from './step-heartbeats.js';
export { Schedules } from './schedules.js';
export { PublishedCues } from './published-cues.js';
export { SagaLimits } from './saga-limits.js';
export { replayHistory, replayOffence, type ReplaySubject } from './replay-history.js';
export { SystemClock } from './system-clock.js';
export { uuidV7 } from './uuid-v7.js';

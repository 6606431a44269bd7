export {
  isClosed,
  redact,
  SagaCancelledError,
  SagaError,
  SagaFailedError,
  SagaUpdateError,
  StepFailedError,
  StepUnknownError,
  type CensusEntry,
  type ClosedStatus,
  type Duration,
  type InstanceCount,
  type InstanceSummary,
  type LimitOptions,
  type PayloadCodec,
  type PayloadContext,
  type RecordedOrphan,
  type Retention,
  type RetryOptions,
  type SagaContext,
  type SagaErrorCode,
  type SagaLog,
  type SagaStatus,
  type CatchUpPolicy,
  type OverlapPolicy,
  type StepInvocation,
  type StepLimitStatus,
  type StepOptions,
  type TagChanges,
  type Tags,
  type TagValue,
  type Turn,
} from 'reprise/core';
export {
  Compensate,
  Query,
  Saga,
  Schedule,
  Signal,
  Step,
  Update,
  UpdateValidator,
  type LocalCompensationOptions,
  type LocalStepOptions,
  type QueryName,
  type SagaInput,
  type SagaOptions,
  type SagaResult,
  type ScheduleOptions,
  type SignalName,
  type StepName,
  type UpdateName,
} from 'reprise/decorators';
export {
  encryption,
  offload,
  type EncryptionOptions,
  type OffloadOptions,
  currentStep,
  SagaEngine,
  SagaLimits,
  SagaQueries,
  type DateRange,
  type InstanceList,
  type InstanceQuery,
  type NumberRange,
  type OrphanList,
  type PageRequest,
  type FailStepOptions,
  type RunningStep,
  type StartOptions,
} from 'reprise/runtime';
export type { NewSchedule, ScheduleChanges, ScheduleDescription } from 'reprise/runtime';
export { InjectSaga } from './inject-saga.decorator.js';
export { getSagaClientToken } from './saga-client-token.js';
export { SagaClient, type ClientStartOptions } from './saga-client.js';
export { SagaCompletions } from './saga-completions.js';
export { SagaHandle, type SagaUpdate, type SendOptions } from './saga-handle.js';
export { SAGA_MODULE_OPTIONS, type SagaModuleOptions, type SagaOptionsFactory } from './saga-module-options.js';
export { SagaSchedules } from './saga-schedules.js';
export { SagaModule } from './saga.module.js';
export type { TransactionManager } from './transaction-manager.js';

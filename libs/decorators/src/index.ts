export { Compensate } from './compensate.decorator.js';
export type { LocalCompensationOptions, LocalStepOptions } from './local-step-options.js';
export { performLocal } from './perform-local.js';
export { Query, type QueryCheck } from './query.decorator.js';
export type { Refusal } from './refusal.js';
export type {
  QueryName,
  RunnableSaga,
  SagaClass,
  SagaInput,
  SagaResult,
  SignalName,
  StepInput,
  StepName,
  StepResult,
  UpdateName,
} from './saga-class.js';
export { retentionProblems } from './retention-problems.js';
export { sagaCommands } from './saga-commands.js';
export { Saga, type SagaCheck, type SagaOptions } from './saga.decorator.js';
export type { CallOptions, SagaContext, UndoCall } from './saga-context.js';
export { sagaDefinition } from './saga-definition.js';
export { sagaDiagram } from './saga-diagram.js';
export { sagaRecordOf } from './saga-metadata.js';
export { className, sagaOutline, type SagaOutline } from './saga-outline.js';
export { sagaProblems } from './saga-problems.js';
export type {
  CompensationRecord,
  MessageRecord,
  SagaRecord,
  StepRecord,
  ValidatorRecord,
  VerifierRecord,
} from './saga-record.js';
export { registeredSagas } from './saga-registry.js';
export { sagaSchedules, scheduleProblems } from './saga-schedules.js';
export { Schedule, type ScheduleCheck } from './schedule.decorator.js';
export type { ScheduleOptions } from './schedule-options.js';
export { Signal, type SignalCheck } from './signal.decorator.js';
export type { EmitOptions, CueCalls, WaitForOptions } from './saga-cues.js';
export { StartsOn, type StartsOnCheck, type StartsOnOptions } from './starts-on.decorator.js';
export { Step, type LocalStepCheck, type RemoteStepCheck } from './step.decorator.js';
export { Update, UpdateValidator, type UpdateCheck } from './update.decorator.js';
export { Verify, type VerifyOptions } from './verify.decorator.js';
export type { Unstorable } from './storable.js';

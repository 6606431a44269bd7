export { currentStep, currentTransaction } from './current-step.js';
export type { EngineLog } from './engine-log.js';
export type { HostedSaga } from './hosted-saga.js';
export { NodeIdle } from './node-idle.js';
export { SagaFailedError } from './outcome.js';
export type { EngineOptions, SignalOptions, StartOptions } from './engine-options.js';
export { SagaEngine } from './saga-engine.js';
export { SystemClock } from './system-clock.js';
export { uuidV7 } from './uuid-v7.js';

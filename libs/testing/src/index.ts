export {
  CompensationCoverage,
  compensationCoverage,
  CompensationsUntested,
  type CoveredStep,
  type UndoCause,
} from './compensation-coverage.js';
export { crashAtEveryPoint, crashEverywhere, type CrashOptions } from './crash-everywhere.js';
export { crashAt, type CrashPoint } from './crash-point.js';
export type { CrashReport, EndState } from './crash-report.js';
export { FakeServices } from './fake-services.js';
export { ConnectionLost, FAULTS, type Fault } from './fault.js';
export { given, Given, UnexpectedEnd, type ExpectedEnd } from './given.js';
export { MemoryStepTransactions } from './memory-step-transactions.js';
export { MemoryStore } from './memory-store.js';
export { MemoryTransaction } from './memory-transaction.js';
export { replayHistory, type ReplaySubject } from 'reprise/runtime';
export { replayEveryPrefix } from './replay-check.js';
export type { HostedByTest } from './hosted-by-test.js';
export { SagaTest, testSaga } from './saga-test.js';
export { TestProcess, type ProcessOptions, type RunHistory } from './test-process.js';
export { TestRun } from './test-run.js';
export { timeline } from './timeline.js';
export { VirtualClock } from './virtual-clock.js';

export { crashEverywhere, type CrashReport, type EndState } from './crash-everywhere.js';
export { MemoryStepTransactions } from './memory-step-transactions.js';
export { MemoryStore } from './memory-store.js';
export { MemoryTransaction } from './memory-transaction.js';
export { replayEveryPrefix, replayHistory, type ReplaySubject } from './replay-check.js';
export { SagaTest, testSaga } from './saga-test.js';
export { TestRun } from './test-run.js';
export { VirtualClock } from './virtual-clock.js';

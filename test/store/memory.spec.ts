import { MemoryStore, MemoryTransaction, VirtualClock } from 'reprise/testing';
import { describeCallerTransactions } from './contract/caller-transactions.js';
import { describeStepTransactions } from './contract/step-transactions.js';
import { describeHistoryStore } from './history-store.contract.js';

describeHistoryStore('memory', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore(clock);
  return {
    store,
    another: store,
    passTime: (milliseconds: number) => clock.moveTo(clock.now() + milliseconds),
    passLimitTime: async (milliseconds: number) => clock.moveTo(clock.now() + milliseconds),
    dispose: async () => undefined,
  };
});

describeStepTransactions('memory', async () => ({
  transactions: new MemoryStore(new VirtualClock()).transactions,
  dispose: async () => undefined,
}));

describeCallerTransactions('memory', async () => {
  const store = new MemoryStore(new VirtualClock());
  return {
    store,
    begin: async () => {
      const manager = new MemoryTransaction(store);
      return { manager, commit: () => manager.commit(), rollback: async () => manager.rollback() };
    },
    dispose: async () => undefined,
  };
});

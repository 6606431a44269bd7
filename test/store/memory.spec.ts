import { MemoryStore, VirtualClock } from 'reprise/testing';
import { describeHistoryStore } from './history-store.contract.js';

describeHistoryStore('memory', async () => {
  const clock = new VirtualClock();
  const store = new MemoryStore(clock);
  return {
    store,
    another: store,
    passTime: async (milliseconds: number) => clock.moveTo(clock.now() + milliseconds),
    dispose: async () => undefined,
  };
});

import { encodedStore } from 'reprise/runtime';
import { postgres } from 'reprise/postgres';
import { MemoryStore, MemoryTransaction, VirtualClock } from 'reprise/testing';
import { DataSource } from 'typeorm';
import { describeCallerTransactions } from './contract/caller-transactions.js';
import { describeStepTransactions } from './contract/step-transactions.js';
import { describeHistoryStore } from './history-store.contract.js';
import { postgresWithCallers } from './postgres-callers.js';
import { sampleCodec } from './sample-codec.js';
import { ScratchSchema } from './scratch-schema.js';

// Law I2: a codec changes nothing of what the ports promise. Every contract once more, through encryption and an object store.

describeHistoryStore('memory, with a codec', async () => {
  const clock = new VirtualClock();
  const store = encodedStore(new MemoryStore(clock), sampleCodec());
  return {
    store,
    another: store,
    passTime: (milliseconds: number) => clock.moveTo(clock.now() + milliseconds),
    passLimitTime: async (milliseconds: number) => clock.moveTo(clock.now() + milliseconds),
    dispose: async () => undefined,
  };
});

describeHistoryStore('PostgreSQL, with a codec', async () => {
  const scratch = new ScratchSchema();
  const options = { url: scratch.url, schema: scratch.name, pool: 6, listen: false };
  const codec = sampleCodec();
  const [store, another] = [encodedStore(postgres(options), codec), encodedStore(postgres(options), codec)];
  await store.open();
  await another.open();
  return {
    store,
    another,
    passLimitTime: (ms) => scratch.agePermits(ms),
    dispose: async () => {
      await store.close();
      await another.close();
      await scratch.drop();
    },
  };
});

describeStepTransactions('memory, with a codec', async () => ({
  transactions: encodedStore(new MemoryStore(new VirtualClock()), sampleCodec()).transactions!,
  dispose: async () => undefined,
}));

describeStepTransactions('PostgreSQL, with a codec', async () => {
  const scratch = new ScratchSchema();
  const dataSource = new DataSource({ type: 'postgres', url: scratch.url, poolSize: 10 });
  const store = encodedStore(postgres({ dataSource, schema: scratch.name, listen: false }), sampleCodec());
  await store.open();
  return {
    transactions: store.transactions!,
    dispose: async () => {
      await store.close();
      await dataSource.destroy();
      await scratch.drop();
    },
  };
});

describeCallerTransactions('memory, with a codec', async () => {
  const inner = new MemoryStore(new VirtualClock());
  return {
    store: encodedStore(inner, sampleCodec()),
    begin: async () => {
      const manager = new MemoryTransaction(inner);
      return { manager, commit: () => manager.commit(), rollback: async () => manager.rollback() };
    },
    dispose: async () => undefined,
  };
});

describeCallerTransactions('PostgreSQL, with a codec', () =>
  postgresWithCallers((dataSource, { name }) =>
    encodedStore(postgres({ dataSource, schema: name, listen: false }), sampleCodec()),
  ),
);

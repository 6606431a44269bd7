import type { HistoryStore } from 'reprise/core';
import { DataSource, type QueryRunner } from 'typeorm';
import type { CallerStoreUnderTest } from './contract/caller-transactions.js';
import { ScratchSchema } from './scratch-schema.js';

/** A store in PostgreSQL beside an application that opens transactions of its own. @param storeOf makes the store, not yet open */
export async function postgresWithCallers(
  storeOf: (dataSource: DataSource, scratch: ScratchSchema) => HistoryStore,
): Promise<CallerStoreUnderTest> {
  const scratch = new ScratchSchema();
  const dataSource = await new DataSource({ type: 'postgres', url: scratch.url, poolSize: 6 }).initialize();
  const store = storeOf(dataSource, scratch);
  await store.open();
  const runners: QueryRunner[] = [];
  return {
    store,
    begin: async () => {
      const runner = dataSource.createQueryRunner();
      runners.push(runner);
      await runner.startTransaction();
      return {
        manager: runner.manager,
        commit: () => runner.commitTransaction(),
        rollback: () => runner.rollbackTransaction(),
      };
    },
    dispose: async () => {
      for (const runner of runners) {
        if (runner.isTransactionActive) await runner.rollbackTransaction();
        await runner.release();
      }
      await store.close();
      await dataSource.destroy();
      await scratch.drop();
    },
  };
}

import type { HistoryStore } from 'reprise/core';
import { className, sagaOutline, type SagaClass } from 'reprise/decorators';

/** Transactional steps of sagas whose store has no transactions to give, in words. */
export function transactionProblems(store: HistoryStore, sagas: readonly SagaClass[]): string[] {
  if (store.transactions) return [];
  return sagas.flatMap((sagaClass) => {
    const { steps, compensations } = sagaOutline(sagaClass);
    return [...steps.values(), ...compensations.values()]
      .filter(({ options, command }) => options.transactional && !command)
      .map(
        ({ member }) =>
          `${className(sagaClass)}.${member}: it is transactional, but the store has no data source; ` +
          'give postgres() a `dataSource` in place of a `url`.',
      );
  });
}

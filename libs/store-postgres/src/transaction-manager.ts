import { SagaError } from 'reprise/core';
import { currentTransaction } from 'reprise/runtime';
import type { EntityManager } from 'typeorm';

/**
 * The TypeORM manager of the transaction that the running step is in, also deep below its body (law S9). What is written with it and
 * the step's outcome are committed together. It ends with the body: do not keep it.
 * @throws SagaError `NOT_IN_TRANSACTION` outside a step with `transactional`
 * @example
 * \@Step({ transactional: true })
 * async book(order: Order) { await transactionManager().getRepository(Booking).insert({ orderId: order.id }); }
 */
export function transactionManager(): EntityManager {
  const manager = currentTransaction();
  if (manager !== undefined) return manager as EntityManager;
  throw new SagaError(
    'NOT_IN_TRANSACTION',
    'transactionManager() was called where no transactional step is running.',
    'Call it in the body of a step with `transactional: true`; in a test give the saga a manager: testSaga(…).manager(…).',
  );
}

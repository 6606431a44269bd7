import { SagaError, type Duration, type OperatorAction } from 'reprise/core';

export interface Operator {
  /** Who does it; it is in the history. */
  readonly by: string;
  /** Why; it is in the history. Neither is encrypted. */
  readonly reason: string;
  /** How long to wait for a worker to do it. Default 30 s. */
  readonly timeout?: Duration;
}

/** @throws SagaError `OPERATION_REFUSED` */
export function checkOperator<T extends Pick<Operator, 'by' | 'reason'>>(operator: T): T {
  const { by, reason } = operator;
  for (const [name, text] of Object.entries({ by, reason })) {
    if (typeof text !== 'string' || text.trim() === '' || text.includes('\0'))
      throw new SagaError('OPERATION_REFUSED', `An operation needs "${name}".`, 'Say who does it, and why.');
  }
  return operator;
}

export function refusedOperation(id: string, action: OperatorAction, why: string, advice?: string): SagaError {
  return new SagaError('OPERATION_REFUSED', `${action} of instance "${id}" was refused: ${why}`, advice);
}

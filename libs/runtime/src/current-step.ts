import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepInvocation } from 'reprise/core';

interface Running {
  readonly invocation: StepInvocation;
  readonly manager: unknown;
}

const running = new AsyncLocalStorage<Running>();

/**
 * The invocation of the step body that is running right now: its idempotency key, attempt and deadline. Undefined outside one.
 * @example await gateway.charge(amount, { idempotencyKey: currentStep()?.key })
 */
export function currentStep(): StepInvocation | undefined {
  return running.getStore()?.invocation;
}

/**
 * The manager of the transaction that the running step body is in; undefined outside a transactional step (law S9). What kind it is
 * the store knows: `transactionManager()` of `reprise/postgres` answers it with its type.
 */
export function currentTransaction(): unknown {
  return running.getStore()?.manager;
}

export function runAsStep<T>(invocation: StepInvocation, body: () => T, manager?: unknown): T {
  return running.run({ invocation, manager }, body);
}

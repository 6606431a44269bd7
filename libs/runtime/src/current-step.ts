import { AsyncLocalStorage } from 'node:async_hooks';
import type { StepInvocation } from 'reprise/core';

const running = new AsyncLocalStorage<StepInvocation>();

/**
 * The invocation of the step body that is running right now: its idempotency key, attempt and deadline. Undefined outside one.
 * @example await gateway.charge(amount, { idempotencyKey: currentStep()?.key })
 */
export function currentStep(): StepInvocation | undefined {
  return running.getStore();
}

export function runAsStep<T>(invocation: StepInvocation, body: () => T): T {
  return running.run(invocation, body);
}

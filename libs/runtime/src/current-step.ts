import { processStorage } from './process-storage.js';
import type { RunningStep } from './running-step.js';

interface Running {
  readonly step: RunningStep;
  readonly manager: unknown;
}

const running = processStorage<Running>('step');

/**
 * The step whose body is running right now: its idempotency key, attempt and deadline, and what the body can do with it. Undefined
 * outside one.
 * @example await gateway.charge(amount, { idempotencyKey: currentStep()?.key })
 */
export function currentStep(): RunningStep | undefined {
  return running.getStore()?.step;
}

/**
 * The manager of the transaction that the running step body is in; undefined outside a transactional step (law S9). What kind it is
 * the store knows: `transactionManager()` of `reprise/postgres` answers it with its type.
 */
export function currentTransaction(): unknown {
  return running.getStore()?.manager;
}

export function runAsStep<T>(step: RunningStep, body: () => T, manager?: unknown): T {
  return running.run({ step, manager }, body);
}

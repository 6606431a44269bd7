import { declaredBy } from './declared-by.js';
import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';
import type { OnParentEnd } from './on-parent-end.js';
import type { DeclaredError } from './recorded-error.js';
import type { SagaDefinition } from './saga-definition.js';
import { SagaFailedError, type FailedStatus } from './saga-failed-error.js';
import type { DynamicStep, StepDefinition } from './step-definition.js';
import { stepPolicy } from './step-policy.js';

/** A child saga is a step of its parent (law C6): its first attempt starts it, its end ends the step, its undo is the step's. */
export function childStep(saga: SagaDefinition, onParentEnd: OnParentEnd): DynamicStep {
  const definition: StepDefinition = {
    name: saga.name,
    policy: { ...stepPolicy({ timeout: '1 minute' }), attempts: Infinity, deadline: Infinity },
    declared: new Map([[FAILED, failedChild(saga)]]),
    engine: { performs: 'child', saga },
  };
  const undo: StepDefinition = {
    name: `undo ${saga.name}`,
    policy: stepPolicy({ timeout: '1 minute' }, 'compensation'),
    declared: new Map(),
    engine: { performs: 'undo child' },
  };
  // One that was let go is nobody's to take back.
  if (onParentEnd === 'abandon') return { definition };
  // What is terminated at its parent's end is not to be undone after that: only this kind needs to be told apart.
  const how = onParentEnd === 'terminate' ? [onParentEnd] : [];
  return { definition, undo: { definition: undo, map: (_result, [id]) => [id, ...how] } };
}

const FAILED = 'SagaFailedError';

/** How the end of a child without a result is told to its parent. */
export function childFailure(instance: string, status: FailedStatus, error: RecordedError): RecordedError {
  const { stack: _stack, cause: _cause, ...told } = error;
  return { name: FAILED, message: error.message, data: { instance, status, error: told as unknown as Json } };
}

function failedChild(saga: SagaDefinition): DeclaredError {
  return {
    name: FAILED,
    record: () => undefined,
    revive: ({ data }) => {
      const { instance, status, error } = data as unknown as {
        instance: string;
        status: FailedStatus;
        error: RecordedError;
      };
      return new SagaFailedError(instance, status, error, declaredBy(saga));
    },
  };
}

import { SagaError, type CueEnvelope, type StepEnvelope, type StepInvocation } from 'reprise/core';
import type { EntityManager } from 'typeorm';

/** The second argument of a `@Handles` method. */
export interface HandlerStep extends StepInvocation {
  /**
   * The transaction that the first answer is stored in: what is written through it happens exactly once (law S3).
   * Reading it throws SagaError `INVALID_CONFIGURATION` when there is none: no inbox, or `@Handles(…, { transaction: false })`.
   */
  readonly manager: EntityManager;
  /** The W3C trace context of the saga, where it has one. */
  readonly traceparent?: string;
  /** Present in an `@On` method: where the event comes from. */
  readonly cue?: CueEnvelope;
}

/** How long an ordinary caller is taken to wait, in milliseconds. */
const ORDINARY_PATIENCE = 30_000;

/** What a handler may know of the request of a saga. */
export function sagaStep(envelope: StepEnvelope, manager: EntityManager | undefined): HandlerStep {
  const { saga, instance, flow, step, attempt, key, undoes, deadline, traceparent, cue } = envelope;
  const invocation: Omit<HandlerStep, 'manager'> = {
    saga,
    instance,
    ...(flow === undefined ? {} : { flow }),
    step,
    attempt,
    key,
    ...(undoes === undefined ? {} : { undoes }),
    deadline,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(cue === undefined ? {} : { cue }),
  };
  return withManager(invocation, manager);
}

/** The same for a caller that is no saga: every request has a key of its own. */
export function ordinaryStep(operation: string, key: string, manager: EntityManager | undefined): HandlerStep {
  const deadline = Date.now() + ORDINARY_PATIENCE;
  return withManager({ saga: '', instance: '', step: operation, attempt: 1, key, deadline }, manager);
}

/** Not enumerable: whoever logs the step must not log a connection pool. */
function withManager(invocation: StepInvocation, manager: EntityManager | undefined): HandlerStep {
  return Object.defineProperty(invocation, 'manager', {
    get(): EntityManager {
      if (manager !== undefined) return manager;
      throw new SagaError(
        'INVALID_CONFIGURATION',
        'The handler asked for `step.manager`, but it does not run in a transaction of the inbox.',
        'Give `ParticipantModule.forRoot` an `inbox`, and leave `transaction: false` away.',
      );
    },
  }) as HandlerStep;
}

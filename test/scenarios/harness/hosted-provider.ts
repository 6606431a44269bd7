import { performLocal, sagaDefinition, type SagaClass } from 'reprise/decorators';
import type { StepInvocation } from 'reprise/core';
import type { HostedSaga } from 'reprise/runtime';
import type { CrashPoint } from 'reprise/testing';

/** Performs what a saga asks of other services. @param step the name of the step, or of the command of a `saga.call()` */
export type Participant = (step: string, input: never, request: StepInvocation) => unknown;

/** A saga on its provider, for an engine. */
export function hostedProvider(provider: object, participant: Participant, point?: CrashPoint): HostedSaga {
  const definition = sagaDefinition(provider.constructor as SagaClass);
  const perform = async (step: string, args: readonly unknown[], request: StepInvocation): Promise<unknown> => {
    const known = definition.steps.get(step);
    await point?.before(request);
    try {
      if (known && !known.command) return await performLocal(provider, step, args);
      return await participant(step, args[0] as never, request);
    } finally {
      await point?.after(request);
    }
  };
  return { definition, perform };
}

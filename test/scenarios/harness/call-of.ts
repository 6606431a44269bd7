import type { Turn } from 'reprise/core';

/** The call that a step, or a compensation, was last scheduled as; -1 if none is asked for. @throws if it was not scheduled */
export function callOf(turns: readonly Turn[], step: string | undefined): number {
  if (step === undefined) return -1;
  const scheduled = turns
    .flatMap(({ events }) => events)
    .findLast((event) => event.type === 'StepScheduled' && event.step === step);
  if (scheduled?.type !== 'StepScheduled') throw new Error(`${step} has not been scheduled`);
  return scheduled.call;
}

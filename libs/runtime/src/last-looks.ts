import { afterAttempt, isOpenStep, type IncomingEvent, type StepCall } from 'reprise/core';
import { givenUp } from './no-answer.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkOwner } from './work-owner.js';
import type { WorkerContext } from './worker-context.js';

/** Ends steps that are not tried again; but what a transactional one has committed is known all the same (S9). */
export class LastLooks {
  /** How many are being looked at. */
  underway = 0;

  /** @param tried true while an attempt of the call is waited for */
  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
    private readonly owner: WorkOwner,
    private readonly tried: (call: number) => boolean,
  ) {}

  giveUp(step: StepCall): void {
    const { execution } = this.owner;
    const policy = execution.steps.of(step)?.policy;
    const looking = policy && this.worker.attempts.recorded(this.identity, step, policy);
    if (!looking) return this.conclude(step, () => [givenUp(step, policy)]);
    this.underway++;
    void looking.then((recorded) => {
      this.underway--;
      const attempt = step.failures + 1;
      this.conclude(step, () =>
        recorded
          ? afterAttempt(execution.state, step, policy, attempt, recorded, this.worker.clock.now(), 0)
          : [givenUp(step, policy)],
      );
    });
  }

  private conclude(step: StepCall, read: () => IncomingEvent[]): void {
    this.owner.receive(() => (isOpenStep(step) && !this.tried(step.call) ? read() : []));
  }
}

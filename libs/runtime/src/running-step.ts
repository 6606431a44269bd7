import { milliseconds, SagaError, type Duration, type StepInvocation } from 'reprise/core';
import type { Attempt } from './attempt.js';
import type { AttemptLife } from './attempt-life.js';
import { Deferral } from './deferral.js';
import { stepToken } from './step-token.js';

/** The attempt that a step's body runs in, as the body sees it: `currentStep()`. */
export class RunningStep implements StepInvocation {
  readonly saga: string;
  readonly instance: string;
  readonly step: string;
  readonly attempt: number;
  readonly key: string;
  readonly undoes?: string;
  readonly deadline: number;
  /**
   * By this whoever finishes the step later says how it ended: `SagaCompletions.complete(token, result)`. Opaque, safe in a URL, the
   * same on every attempt. It is not a secret: guard the endpoint that takes it.
   */
  readonly token: string;
  private readonly transactional: boolean;
  private readonly life: AttemptLife;

  constructor(invocation: StepInvocation, { definition, call, run, life }: Attempt) {
    const { saga, instance, step, attempt, key, undoes, deadline } = invocation;
    this.saga = saga;
    this.instance = instance;
    this.step = step;
    this.attempt = attempt;
    this.key = key;
    if (undoes !== undefined) this.undoes = undoes;
    this.deadline = deadline;
    this.token = stepToken({ id: instance, run, call: call.call, edits: call.edits });
    this.transactional = definition.policy.transactional !== undefined;
    this.life = life;
  }

  /**
   * Aborted when nobody waits for this attempt any more, so that the body can stop its work (law C7). Its `reason` is a `SagaError`:
   * - `STEP_TIMED_OUT`: the attempt's time is up
   * - `STEP_ABANDONED`: the saga was cancelled, compensates or has ended, or the instance runs on another worker
   * - `SHUTTING_DOWN`: the worker stops and its grace is over
   *
   * A body that does not look at it runs on; what it answers is late (law S7).
   * @example await fetch(url, { signal: currentStep()!.signal })
   */
  get signal(): AbortSignal {
    return this.life.signal;
  }

  /**
   * Gives the step out of the body's hands: return what this answers, and the step waits until somebody completes it by its `token`.
   * The instance needs no memory meanwhile, however long it takes. A process that dies before the wait is durable runs the body again,
   * with the same key and token.
   * @param options.within how long to wait; then the outcome is unknown (law S6). Default: as long as the step's deadline allows.
   * @throws SagaError `CANNOT_COMPLETE_LATER` in a transactional step
   * @example
   * @Step() async approve(order: Order): Promise<Approval> {
   *   const step = currentStep()!;
   *   await this.mail.askForApproval(order, step.token);
   *   return step.completeLater<Approval>({ within: '3 days' });
   * }
   */
  completeLater<T>({ within }: { readonly within?: Duration } = {}): T {
    if (this.transactional) {
      throw new SagaError(
        'CANNOT_COMPLETE_LATER',
        `Step "${this.step}" is transactional: its outcome is committed with what its body writes.`,
        'Let a step that is not transactional wait for the answer.',
      );
    }
    return new Deferral(within === undefined ? undefined : milliseconds(within)) as T;
  }
}

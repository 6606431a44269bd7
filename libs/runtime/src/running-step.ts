import {
  decodePayload,
  encodePayload,
  milliseconds,
  SagaError,
  type Duration,
  type Json,
  type StepInvocation,
} from 'reprise/core';
import type { Attempt } from './attempt.js';
import { Deferral } from './deferral.js';
import { stepToken } from './step-token.js';

/** The attempt that a step's body runs in, as the body sees it: `currentStep()`. */
export class RunningStep implements StepInvocation {
  readonly saga: string;
  readonly instance: string;
  readonly flow?: string;
  readonly step: string;
  readonly attempt: number;
  readonly key: string;
  readonly undoes?: string;
  readonly deadline: number;
  private readonly before: Json | undefined;

  constructor(
    invocation: StepInvocation,
    private readonly made: Attempt,
    private readonly payloadLimit: number | undefined,
  ) {
    const { saga, instance, flow, step, attempt, key, undoes, deadline } = invocation;
    this.saga = saga;
    this.instance = instance;
    if (flow !== undefined) this.flow = flow;
    this.step = step;
    this.attempt = attempt;
    this.key = key;
    if (undoes !== undefined) this.undoes = undoes;
    this.deadline = deadline;
    this.before = made.pulse.before;
  }

  /**
   * By this whoever finishes the step later says how it ended: `SagaCompletions.complete(token, result)`. Opaque, safe in a URL, the
   * same on every attempt. It is not a secret: guard the endpoint that takes it.
   */
  get token(): string {
    const { run, call, life } = this.made;
    return stepToken({ id: this.instance, run, call: call.call, edits: life.edits });
  }

  /**
   * Aborted when nobody waits for this attempt any more, so that the body can stop its work (law C7). Its `reason` is a `SagaError`:
   * - `STEP_TIMED_OUT`: the attempt's time is up
   * - `HEARTBEAT_TIMED_OUT`: the body was silent for longer than its `heartbeatTimeout`
   * - `STEP_ABANDONED`: the saga was cancelled, compensates or has ended, or the instance runs on another worker
   * - `SHUTTING_DOWN`: the worker stops and its grace is over
   *
   * A body that does not look at it runs on; what it answers is late (law S7).
   * @example await fetch(url, { signal: currentStep()!.signal })
   */
  get signal(): AbortSignal {
    return this.made.life.signal;
  }

  /**
   * Says that the body is alive (law S5), and how far it has come: `details` are what `lastHeartbeat` is on the next attempt, wherever that
   * is made. Call it as often as you like: the latest details are recorded, at most twice in a `heartbeatTimeout`, otherwise every 30 s, and
   * when the attempt fails. They are in no history, and gone when the step has an outcome. Does nothing once the attempt is over; see
   * `signal`.
   * @param details what a step's result may hold; left out, what was recorded before stays
   * @throws SagaError `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`; `CANNOT_RECORD_PROGRESS` for details in a transactional step
   * @example
   * for (let page = (currentStep()!.lastHeartbeat as number | undefined) ?? 0; page < pages; page++) {
   *   await this.copy(page);
   *   currentStep()!.heartbeat(page + 1);
   * }
   */
  heartbeat(details?: unknown): void {
    const { pulse } = this.made;
    if (details === undefined) return pulse.beat(undefined);
    if (this.transactional) {
      throw new SagaError(
        'CANNOT_RECORD_PROGRESS',
        `Step "${this.step}" is transactional: an attempt that fails is rolled back, so that the next one has to begin anew.`,
        'Call heartbeat() without details.',
      );
    }
    pulse.beat(encodePayload(details, `the heartbeat of step "${this.step}"`, this.payloadLimit));
  }

  /** The details of the latest heartbeat before this attempt, also of one that another process made; undefined when there are none. */
  get lastHeartbeat(): unknown {
    return this.before === undefined ? undefined : decodePayload(this.before);
  }

  private get transactional(): boolean {
    return this.made.definition.policy.transactional !== undefined;
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

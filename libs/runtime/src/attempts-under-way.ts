import {
  recordError,
  type AttemptOutcome,
  type DeferredOutcome,
  type SagaError,
  type StepCall,
  type StepDefinition,
} from 'reprise/core';
import { attemptOf, type Appointments } from './appointments.js';
import { AttemptLives, type AttemptLife } from './attempt-life.js';
import { InstanceProgress } from './instance-progress.js';
import { isNoAnswer, leftMemory, noHeartbeat, timeIsUp } from './no-answer.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

/** Whoever wants the attempts to be made. */
export interface AttemptsOwner {
  step(call: number): StepCall | undefined;
  /** The flow that the instance belongs to (law M6). */
  flow(): string;
  /** An attempt ended, or its time is up. @param late true when nobody waited for it any more (S7) */
  ended(step: StepCall, life: AttemptLife, outcome: AttemptOutcome | DeferredOutcome, late: boolean): void;
  /** Something that was waited for is over, and changes nothing. */
  unemployed(): void;
}

/** No call has this number. */
const NONE = -1;
/** How long a late answer is listened for at the least, in milliseconds. */
const LISTEN_ON = 30_000;

/** The attempts of one instance that are being made, and what is still expected of those that are not waited for. */
export class AttemptsUnderWay {
  private readonly lives = new AttemptLives();
  private readonly progress: InstanceProgress;
  /** Attempts that have not answered, late ones included: while there are any, the instance stays to hear them (S7). */
  private unanswered = 0;

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
    private readonly appointments: Appointments,
    private readonly owner: AttemptsOwner,
  ) {
    this.progress = new InstanceProgress(identity, worker);
  }

  /** True while an attempt is in flight. */
  get inFlight(): boolean {
    return this.lives.size > 0;
  }

  /** True while any attempt, even a late one, may still answer. */
  get awaitsAnswers(): boolean {
    return this.unanswered > 0;
  }

  has(call: number): boolean {
    return this.lives.has(call);
  }

  interrupt(call: number, reason: SagaError): void {
    this.lives.interrupt(call, reason);
  }

  /** The call was open when the instance was taken over. */
  inherit(step: StepCall): void {
    this.progress.inherit(step);
  }

  /** An attempt under way is not waited for, and what it said of its progress is for nobody: the next one is about something else. */
  drop(call: number, reason: SagaError): void {
    this.lives.interrupt(call, reason);
    this.settled(call);
    this.awaitNoLonger(call);
  }

  /** The step has an outcome. */
  settled(call: number): void {
    void this.lives.get(call)?.pulse?.end(false);
    this.progress.settled(call);
  }

  /** The instance has ended, and that is durable. */
  closed(): void {
    for (const [, { pulse }] of this.lives.all()) void pulse?.end(false);
    this.progress.closed();
  }

  /** The instance leaves the memory of the worker. */
  stop(reason: (call: number) => SagaError): void {
    for (const [call, life] of this.lives.all()) {
      life.interrupt(reason(call));
      void life.pulse?.end(true);
    }
  }

  make(call: StepCall, definition: StepDefinition, stepDeadline: number): void {
    const { timeout, heartbeatTimeout } = definition.policy;
    const deadline = Math.min(this.worker.clock.now() + timeout, stepDeadline);
    const { id, key, hosted, activation } = this.identity;
    const life = this.lives.begin(call);
    const { attempt } = life;
    const pulse = this.progress.pulse(call, attempt, {
      timeout: heartbeatTimeout,
      silent: () => this.cut(call, life, noHeartbeat(call, heartbeatTimeout)),
      lost: () => life.interrupt(leftMemory(call, this.worker.draining)),
    });
    life.pulse = pulse;
    this.appointments.set(attemptOf(call.call), deadline, () => this.cut(call, life, timeIsUp(call, timeout)));
    const giveUpAt = deadline + Math.max(timeout, LISTEN_ON);
    const target = this.owner.step(call.undoes ?? NONE);
    life.trace = activation?.attempt({ saga: hosted.definition.name, instance: id, definition, call, target, attempt });
    const attempted = this.worker.attempts.run({
      hosted,
      definition,
      call,
      target,
      instance: id,
      flow: this.owner.flow(),
      run: key.run,
      attempt,
      deadline,
      giveUpAt,
      life,
      pulse,
    });
    this.expect(attempted, (ended) => this.answered(call, life, ended));
  }

  /** An attempt that could not be made. */
  fail(step: StepCall, thrown: unknown): void {
    this.end(step, this.lives.begin(step), { outcome: 'fatal', error: recordError(thrown) });
  }

  /** What a body said last is on record before its end is, so that whoever makes the next attempt has it. */
  private answered(step: StepCall, life: AttemptLife, ended: AttemptOutcome | DeferredOutcome): void {
    const recording = life.pulse?.end(isNoAnswer(ended));
    if (recording) this.expect(recording, () => this.end(step, life, ended));
    else this.end(step, life, ended);
  }

  /** An attempt is not waited for any longer. */
  private cut(step: StepCall, life: AttemptLife, reason: SagaError): void {
    life.interrupt(reason);
    const recording = life.pulse?.end(true);
    if (recording) this.expect(recording, () => this.owner.unemployed());
    this.end(step, life, { outcome: 'transient', error: recordError(reason) });
  }

  /** What still comes of an attempt afterwards is late. */
  private end(step: StepCall, life: AttemptLife, ended: AttemptOutcome | DeferredOutcome): void {
    const late = !this.lives.awaits(step.call, life);
    if (late && isNoAnswer(ended)) return this.owner.unemployed();
    if (!late) this.awaitNoLonger(step.call);
    this.owner.ended(step, life, ended, late);
  }

  private awaitNoLonger(call: number): void {
    this.lives.end(call);
    this.appointments.dismiss(attemptOf(call));
  }

  /** Keeps the instance in memory until the answer is there. It is told once the answer counts as heard. */
  private expect<T>(answer: Promise<T>, tell: (answer: T) => void): void {
    this.unanswered++;
    void answer.then((heard) => {
      this.unanswered--;
      tell(heard);
    });
  }
}

import {
  afterAttempt,
  afterResult,
  awaitsPerson,
  deadlineOf,
  flowOf,
  isOpenStep,
  policyOf,
  unanswered,
  type AttemptOutcome,
  type DeferredOutcome,
  type IncomingEvent,
  type Message,
  type SagaState,
  type StepCall,
  type StepDefinition,
  type StepResult,
} from 'reprise/core';
import { Appointments, dueOf, retryOf } from './appointments.js';
import type { AttemptLife } from './attempt-life.js';
import { AttemptPermits } from './attempt-permits.js';
import { AttemptsUnderWay } from './attempts-under-way.js';
import { CueWaits } from './cue-waits.js';
import { abandoned, isNoAnswer, leftMemory, noWordOf, replaced } from './no-answer.js';
import { LastLooks } from './last-looks.js';
import { orphanedAnswer, orphanReason } from './orphaned-answer.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkOwner } from './work-owner.js';
import type { WorkerContext } from './worker-context.js';

/** The name of the appointment at the end of a delayed start. */
const BEGINNING = -1;

/** What is being done about the open calls of one instance: attempts in flight, retries and timers that are due. */
export class OpenWork {
  private readonly appointments: Appointments;
  private readonly attempts: AttemptsUnderWay;
  private readonly permits: AttemptPermits;
  private readonly lastLooks: LastLooks;
  private beginsAt = 0;
  readonly waits: CueWaits;
  private stopped = false;

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
    private readonly owner: WorkOwner,
  ) {
    this.appointments = new Appointments(worker.clock);
    this.permits = new AttemptPermits(identity, worker.admission);
    this.attempts = new AttemptsUnderWay(identity, worker, this.appointments, {
      step: (call) => this.state.step(call),
      flow: () => flowOf(this.state.started, identity.id),
      ended: (...ended) => this.ended(...ended),
      unemployed: () => owner.unemployed(),
    });
    this.waits = new CueWaits(identity, worker, owner);
    this.lastLooks = new LastLooks(identity, worker, owner, (call) => this.attempts.has(call));
  }

  private get state(): SagaState {
    return this.owner.execution.state;
  }

  /** True while an attempt is in flight. */
  get inFlight(): boolean {
    return this.attempts.inFlight;
  }

  /** True while any attempt, even a late one, may still answer, or one waits for its turn (S10). */
  get awaitsAnswers(): boolean {
    return this.attempts.awaitsAnswers || this.lastLooks.underway > 0 || this.permits.awaited || this.waits.underway;
  }

  /** When something is due by itself, in milliseconds since the epoch; null when nothing is. */
  nextDue(): number | null {
    return this.appointments.nextDue();
  }

  /** @param ended true when the instance has ended, and that is durable */
  stop(ended: boolean): void {
    this.stopped = true;
    if (ended) this.attempts.closed();
    this.attempts.stop((call) => leftMemory(this.state.step(call)!, this.worker.draining));
    this.waits.stop(ended);
    this.appointments.dismissAll();
    this.permits.giveBackAll();
  }

  /**
   * Another worker, or this one at an earlier time, began what is open: it may have said how far it came.
   * @param beginsAt when the delay of its start is over, in milliseconds since the epoch
   */
  inherit(beginsAt: number): void {
    this.beginsAt = beginsAt;
    for (const call of this.state.calls.values()) {
      if (call.kind !== 'step' || !isOpenStep(call)) continue;
      const definition = this.owner.execution.steps.of(call);
      if (definition && !definition.command && !definition.engine) this.attempts.inherit(call);
    }
  }

  /** What lets `run()` begin, if its start had a delay that is over. */
  beginning(): readonly IncomingEvent[] {
    const { delayed, paused } = this.state;
    return delayed && !paused && this.worker.clock.now() >= this.beginsAt ? [{ type: 'SagaBegan' }] : [];
  }

  /** Takes up everything that history left open and nothing here is working on. */
  resume(): void {
    if (this.state.delayed && !this.state.paused)
      this.appointments.set(BEGINNING, this.beginsAt, () => this.owner.receive(() => this.beginning()));
    for (const call of this.state.calls.values()) {
      this.waits.begin(call.call);
      if (call.kind !== 'step' || call.deferral) this.awaitTime(call.call);
      else if (isOpenStep(call) && !this.attempts.has(call.call) && !this.appointments.has(retryOf(call.call))) {
        if (call.abandoned || !awaitsPerson(call)) this.retry(call.call, call.retryAt ?? 0);
      }
    }
  }

  /** Waits for the due time of a timer, a wait, or a step that is deferred. */
  awaitTime(number: number): void {
    const call = this.state.calls.get(number);
    const name = dueOf(number);
    if (!call || this.state.paused || this.appointments.has(name)) return;
    if (call.kind === 'step') {
      if (call.abandoned) return this.lastLooks.giveUp(call);
      const dueAt = call.deferral?.dueAt;
      if (dueAt !== undefined) this.appointments.set(name, dueAt, () => this.endDeferral(call));
      return;
    }
    if (!call.open || call.dueAt === undefined) return;
    const type = call.kind === 'timer' ? 'TimerFired' : 'WaitTimedOut';
    const due = (): IncomingEvent[] => (call.open && !this.state.paused ? [{ type, call: number }] : []);
    this.appointments.set(name, call.dueAt, () => this.owner.receive(due), call);
  }

  /** @param at milliseconds since the epoch */
  retry(call: number, at: number): void {
    this.appointments.dismiss(dueOf(call));
    this.appointments.set(retryOf(call), at, () => this.begin(call));
  }

  /** Its input is another from here on: what is under way with the old one is not waited for. */
  renew(call: number): void {
    this.attempts.drop(call, replaced(this.state.step(call)!));
    this.permits.giveBack(call);
    this.retry(call, 0);
  }

  /** The step has an outcome: no further attempt. */
  settled(call: number): void {
    this.appointments.dismiss(retryOf(call));
    if (!this.attempts.has(call)) this.permits.giveBack(call);
    this.appointments.dismiss(dueOf(call));
    // One that is being verified may still be asked how far it came.
    const step = this.state.step(call);
    if (step && !isOpenStep(step)) this.attempts.settled(call);
  }

  /** What somebody outside says of a step. */
  told(message: Message): IncomingEvent[] {
    const told = message.input[0] as unknown as StepResult;
    // A child that was begun by the run that this one goes on from knows only that one.
    const runs = [this.identity.key.run, this.state.step(told.call)?.origin?.run];
    if (!runs.includes(told.run)) return [];
    return afterResult(this.state, this.owner.execution.steps, told, this.worker.clock.now(), Math.random());
  }

  /** A step that the saga went on without is not tried again: its outcome is unknown from here on. */
  abandon(): void {
    for (const call of this.state.calls.values()) {
      if (call.kind !== 'step' || !call.abandoned || !isOpenStep(call)) continue;
      if (this.attempts.has(call.call)) this.attempts.interrupt(call.call, abandoned(call));
      else this.lastLooks.giveUp(call);
    }
  }

  /** Makes the next attempt of a step. */
  begin(number: number): void {
    this.appointments.dismiss(retryOf(number));
    const step = this.state.step(number);
    const definition = step && this.owner.execution.steps.attemptedOf(step);
    if (this.stopped || this.worker.draining || !step || !definition || !isOpenStep(step)) return;
    if (this.attempts.has(number) || step.deferral) return;
    if (this.state.paused) return this.permits.giveBack(number);
    const now = this.worker.clock.now();
    // Where a person decides (S6, C4) there is no unknown end: past its deadline it is tried once more, and then they are asked.
    const { asksPerson } = policyOf(this.owner.execution, step)!;
    const stepDeadline = asksPerson ? Infinity : deadlineOf(step, definition.policy, now);
    if (step.abandoned || now >= stepDeadline) this.lastLooks.giveUp(step);
    else if (this.mayBegin(step, definition, stepDeadline)) this.attempts.make(step, definition, stepDeadline);
  }

  /** Law S10: if not now, the attempt begins when its turn has come; its time does not run until then, the step's does. */
  private mayBegin(step: StepCall, definition: StepDefinition, stepDeadline: number): boolean {
    try {
      if (this.permits.allow(step, definition, () => this.begin(step.call))) return true;
      if (stepDeadline !== Infinity) this.retry(step.call, stepDeadline);
    } catch (error) {
      this.attempts.fail(step, error);
    }
    return false;
  }

  /** An attempt ended, or its time is up; what still comes of it afterwards is late (S7). */
  private ended(step: StepCall, life: AttemptLife, ended: AttemptOutcome | DeferredOutcome, late: boolean): void {
    const { attempt, edits } = life;
    if (!late) this.permits.giveBack(step.call);
    const policy = policyOf(this.owner.execution, step)!;
    this.owner.receive(
      () =>
        // What was asked with another input answers nothing that is asked now.
        edits === step.edits
          ? afterAttempt(this.state, step, policy, attempt, ended, this.worker.clock.now(), Math.random())
          : [],
      () => this.orphan(step, life, ended, late),
    );
  }

  private orphan(step: StepCall, life: AttemptLife, ended: AttemptOutcome | DeferredOutcome, late: boolean): void {
    const { attempt, edits } = life;
    if (ended.outcome === 'deferred') return this.goOn(step);
    if (isNoAnswer(ended)) return;
    const reason = edits === step.edits ? orphanReason(this.state.closed, this.stopped, late) : 'edited-input';
    this.worker.orphan(this.identity.key, orphanedAnswer(step, attempt, ended, reason));
  }

  /** The time of a deferral is up, and nobody said how the step ended (law S6). */
  private endDeferral(step: StepCall): void {
    const policy = policyOf(this.owner.execution, step)!;
    this.owner.receive(() =>
      step.deferral && !this.state.paused ? unanswered(step, policy, step.failures + 1, noWordOf(step)) : [],
    );
  }

  /** Word of a failure came before the body had deferred the step: the next attempt waited for the body. */
  private goOn(step: StepCall): void {
    if (step.state !== 'scheduled' && step.retryAt !== undefined) this.retry(step.call, step.retryAt);
  }
}

import {
  afterAttempt,
  deadlineOf,
  awaitsPerson,
  isOpenStep,
  recordError,
  SagaError,
  type AttemptOutcome,
  type Execution,
  type IncomingEvent,
  type RecordedError,
  type SagaState,
  type StepCall,
  type StepDefinition,
} from 'reprise/core';
import { Appointments } from './appointments.js';
import { AttemptPermits } from './attempt-permits.js';
import type { ResidentIdentity } from './resident-identity.js';
import type { WorkerContext } from './worker-context.js';

/** What the work on open calls asks of the instance it belongs to. */
export interface WorkOwner {
  readonly execution: Execution;
  /** Hands over what is to be read at the next turn; `orphaned` is called when nobody has a use for it. */
  receive(read: () => readonly IncomingEvent[], orphaned?: () => void): void;
  /** The last attempt that somebody waited for has answered. */
  unemployed(): void;
}

/** What is being done about the open calls of one instance: attempts in flight, retries and timers that are due. */
export class OpenWork {
  private readonly appointments: Appointments;
  /** The attempt in flight, by call. */
  private readonly attempts = new Map<number, number>();
  private readonly permits: AttemptPermits;
  /** Attempts that have not answered, late ones included: while there are any, the instance stays to hear them (S7). */
  private unanswered = 0;
  private stopped = false;

  constructor(
    private readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
    private readonly owner: WorkOwner,
  ) {
    this.appointments = new Appointments(worker.clock);
    this.permits = new AttemptPermits(identity, worker.admission);
  }

  private get state(): SagaState {
    return this.owner.execution.state;
  }

  /** True while an attempt is in flight. */
  get inFlight(): boolean {
    return this.attempts.size > 0;
  }

  /** True while any attempt, even a late one, may still answer, or one waits for its turn (S10). */
  get awaitsAnswers(): boolean {
    return this.unanswered > 0 || this.permits.awaited;
  }

  /** When something is due by itself, in milliseconds since the epoch; null when nothing is. */
  nextDue(): number | null {
    return this.appointments.nextDue();
  }

  stop(): void {
    this.stopped = true;
    this.appointments.dismissAll();
    this.permits.giveBackAll();
  }

  /** Takes up everything that history left open and nothing here is working on. */
  resume(): void {
    for (const call of this.state.calls.values()) {
      if (call.kind !== 'step') this.awaitTime(call.call);
      else if (isOpenStep(call) && !this.attempts.has(call.call) && !this.appointments.has(retryOf(call.call))) {
        if (call.abandoned || !awaitsPerson(call)) this.retry(call.call, call.retryAt ?? 0);
      }
    }
  }

  /** Waits for the due time of a timer or wait. */
  awaitTime(number: number): void {
    const call = this.state.calls.get(number);
    const name = `due ${number}`;
    if (!call || call.kind === 'step' || !call.open || call.dueAt === undefined || this.appointments.has(name)) return;
    const type = call.kind === 'timer' ? 'TimerFired' : 'WaitTimedOut';
    const due = (): IncomingEvent[] => (call.open ? [{ type, call: number }] : []);
    this.appointments.set(name, call.dueAt, () => this.owner.receive(due), call);
  }

  /** @param at milliseconds since the epoch */
  retry(call: number, at: number): void {
    this.appointments.set(retryOf(call), at, () => this.begin(call));
  }

  /** The step has an outcome: no further attempt. */
  settled(call: number): void {
    this.appointments.dismiss(retryOf(call));
    if (!this.attempts.has(call)) this.permits.giveBack(call);
  }

  /** A step that the saga went on without is not tried again: its outcome is unknown from here on. */
  abandon(): void {
    for (const call of this.state.calls.values()) {
      if (call.kind === 'step' && call.abandoned && isOpenStep(call) && !this.attempts.has(call.call))
        this.giveUp(call);
    }
  }

  /** Makes the next attempt of a step. */
  begin(number: number): void {
    this.appointments.dismiss(retryOf(number));
    const step = this.state.step(number);
    const definition = step && this.owner.execution.steps.of(step);
    if (this.stopped || this.worker.draining || !step || !definition || !isOpenStep(step)) return;
    if (this.attempts.has(number)) return;
    // Where a person decides (S6, C4) there is no unknown end: past its deadline it is tried once more, and then they are asked.
    const stepDeadline = definition.policy.asksPerson ? Infinity : deadlineOf(step, definition.policy);
    if (step.abandoned || this.worker.clock.now() >= stepDeadline) this.giveUp(step);
    else if (this.mayBegin(step, definition, stepDeadline)) this.attempt(step, definition, stepDeadline);
  }

  /** Law S10: if not now, the attempt begins when its turn has come; its time does not run until then, the step's does. */
  private mayBegin(step: StepCall, definition: StepDefinition, stepDeadline: number): boolean {
    try {
      if (this.permits.allow(step, definition, () => this.begin(step.call))) return true;
      if (stepDeadline !== Infinity) this.retry(step.call, stepDeadline);
    } catch (error) {
      this.attempts.set(step.call, step.failures + 1);
      this.end(step, step.failures + 1, { outcome: 'fatal', error: recordError(error) });
    }
    return false;
  }

  private attempt(call: StepCall, definition: StepDefinition, stepDeadline: number): void {
    const { timeout } = definition.policy;
    const attempt = call.failures + 1;
    const deadline = Math.min(this.worker.clock.now() + timeout, stepDeadline);
    const { id, key, hosted } = this.identity;
    this.attempts.set(call.call, attempt);
    this.unanswered++;
    this.appointments.set(attemptOf(call.call), deadline, () => this.end(call, attempt, timedOut(call, timeout)));
    const giveUpAt = deadline + Math.max(timeout, LISTEN_ON);
    void this.worker.attempts
      .run({ hosted, definition, call, instance: id, run: key.run, attempt, deadline, giveUpAt })
      .then((ended) => {
        this.unanswered--;
        this.end(call, attempt, ended);
      });
  }

  /** An attempt ended, or its time is up; what still comes of it afterwards is late (S7). */
  private end(step: StepCall, attempt: number, ended: AttemptOutcome): void {
    const late = this.attempts.get(step.call) !== attempt;
    if (late && ended.outcome === 'transient') return this.owner.unemployed();
    if (!late) {
      this.attempts.delete(step.call);
      this.permits.giveBack(step.call);
      this.appointments.dismiss(attemptOf(step.call));
    }
    const { policy } = this.owner.execution.steps.of(step)!;
    this.owner.receive(
      () => afterAttempt(this.state, step, policy, attempt, ended, this.worker.clock.now(), Math.random()),
      () => this.orphan(step, attempt, ended, late),
    );
  }

  private orphan({ call }: StepCall, attempt: number, ended: AttemptOutcome, late: boolean): void {
    if (ended.outcome === 'transient') return;
    const reason = this.state.closed
      ? 'closed-instance'
      : this.stopped
        ? 'instance-elsewhere'
        : late
          ? 'late-result'
          : 'duplicate-result';
    const payload = ended.outcome === 'completed' ? { payload: ended.result } : {};
    this.worker.orphan(this.identity.key, { id: `${call}:${attempt}`, reason, call, attempt, ...payload });
  }

  /** No further attempt; but what a transactional step has committed is known all the same (S9). */
  private giveUp(step: StepCall): void {
    const policy = this.owner.execution.steps.of(step)?.policy;
    const looking = policy && this.worker.attempts.recorded(this.identity, step, policy);
    if (!looking) return this.conclude(step, () => [unanswered(step)]);
    this.unanswered++;
    void looking.then((recorded) => {
      this.unanswered--;
      const attempt = step.failures + 1;
      this.conclude(step, () =>
        recorded
          ? afterAttempt(this.state, step, policy, attempt, recorded, this.worker.clock.now(), 0)
          : [unanswered(step)],
      );
    });
  }

  private conclude(step: StepCall, read: () => IncomingEvent[]): void {
    this.owner.receive(() => (isOpenStep(step) && !this.attempts.has(step.call) ? read() : []));
  }
}

/** How long a late answer is listened for at the least, in milliseconds. */
const LISTEN_ON = 30_000;

function retryOf(call: number): string {
  return `retry ${call}`;
}

function attemptOf(call: number): string {
  return `attempt ${call}`;
}

function timedOut(step: StepCall, timeout: number): AttemptOutcome {
  const error = new SagaError('STEP_TIMED_OUT', `Nobody answered step "${step.step}" within ${timeout} ms.`);
  return { outcome: 'transient', error: recordError(error) };
}

function unanswered(step: StepCall): IncomingEvent {
  const { call, failures, error } = step;
  return { type: 'StepOutcomeUnknown', call, attempts: failures, error: error ?? neverAnswered(step) };
}

function neverAnswered(step: StepCall): RecordedError {
  return recordError(
    step.abandoned
      ? new SagaError('STEP_ABANDONED', `The saga went on without an answer to step "${step.step}".`)
      : new SagaError('STEP_DEADLINE_PASSED', `The deadline of step "${step.step}" passed without an answer.`),
  );
}

import {
  afterAttempt,
  deadlineOf,
  Execution,
  isOpenStep,
  recordError,
  SagaError,
  summariseError,
  type AttemptOutcome,
  type HistoryEvent,
  type IncomingEvent,
  type InstanceHead,
  type InstanceKey,
  type Message,
  type StartRecord,
  type StepCall,
  type TimeCall,
  type Turn,
  type TurnAppend,
} from 'reprise/core';
import type { HostedSaga } from './hosted-saga.js';
import { messageEvents } from './message-events.js';
import type { WorkerContext } from './worker-context.js';

/** Something for the next turn. Read when its turn comes, so that it sees what the ones before it did. */
interface Intake {
  read(): readonly IncomingEvent[];
  /** Called when the instance had no use for it any more. */
  orphaned?(): void;
  /** The message that leaves the mailbox with the turn. */
  readonly message?: string;
}

export interface ResidentIdentity {
  readonly key: InstanceKey;
  readonly id: string;
  readonly hosted: HostedSaga;
}

/** Errors that a deploy may have mended: the instance tries again when a worker claims it. */
export const MENDED_BY_DEPLOY: ReadonlySet<string> = new Set([
  'NON_DETERMINISTIC',
  'AWAITS_FOREIGN_PROMISE',
  'CALL_OUTSIDE_TURN',
  'INJECTED_SERVICE_TOUCHED',
  'SIGNAL_HANDLER_FAILED',
  'UNDO_MAPPING_FAILED',
  'CORRUPT_HISTORY',
  'ENGINE_TOO_OLD',
  'APPEND_REJECTED',
]);

/**
 * One instance in a worker's memory: takes what comes in, one turn at a time, and acts only on what is durable.
 *
 * 1. Nothing is sent or run before the turn that decided it is appended (S1, S2).
 * 2. At most one append is under way; what comes in meanwhile waits for the next turn (W3).
 * 3. A refused append ends the residence: everything here is dropped, another worker has it (W2).
 */
export class Resident {
  readonly execution: Execution;
  private readonly intake: Intake[] = [];
  /** Attempts in flight, and late ones that may still answer, by call. */
  private readonly attempts = new Map<number, number>();
  private unanswered = 0;
  /** Appointments with the clock: retries, timers, attempts' ends. */
  private readonly appointments = new Map<string, { readonly at: number; readonly cancel: () => void; readonly call?: TimeCall }>();
  private readonly seenMessages = new Set<string>();
  private head: InstanceHead = { status: 'running', retrying: false };
  private length = 0;
  private turning = false;
  private gone = false;
  private cancelEviction: (() => void) | undefined;
  private readonly quiet: (() => void)[] = [];

  constructor(
    readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
  ) {
    const { id, key, hosted } = identity;
    this.execution = new Execution({
      definition: hosted.definition,
      id,
      run: key.run,
      idle: worker.idle,
      ...(worker.payloadLimit === undefined ? {} : { payloadLimit: worker.payloadLimit }),
      log: worker.sagaLog(hosted.definition.name, id),
      onViolation: () => this.receive({ read: () => [] }),
    });
  }

  /** True while an attempt is under way that the worker should let finish before it stops. */
  get busy(): boolean {
    return this.turning || this.attempts.size > 0;
  }

  /** Begins a new instance: the first turn is computed before it is durable, and dropped if the id is taken (I1). */
  async begin(event: IncomingEvent, start: StartRecord): Promise<'appended' | 'refused' | 'duplicate'> {
    this.turning = true;
    const turn = await this.execution.turn(this.worker.clock.now(), [event]);
    const outcome = await this.append(turn, [], start);
    if (outcome !== 'appended') {
      this.leave();
      return outcome === 'duplicate' ? 'duplicate' : 'refused';
    }
    this.act(turn.events);
    await this.takeTurns();
    return 'appended';
  }

  /** Takes over an instance: replays it, and goes on where it stood. */
  async adopt(turns: readonly Turn[], head: InstanceHead): Promise<void> {
    this.head = head;
    this.length = turns.length;
    this.turning = true;
    await this.execution.replay(turns);
    this.turning = false;
    const { incident } = this.execution.state;
    if (incident && MENDED_BY_DEPLOY.has(incident.code) && !this.execution.parked) {
      this.receive({ read: () => (this.execution.state.incident ? [{ type: 'IncidentResolved', by: 'deploy' }] : []) });
    }
    this.receive({ read: () => [] });
    this.whenQuiet(() => this.resumeOpenCalls());
  }

  /** Takes messages from the instance's mailbox; one that is here already is not taken twice (M1). */
  deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      if (this.seenMessages.has(message.id)) continue;
      this.seenMessages.add(message.id);
      this.receive({
        read: () => messageEvents(message, this.execution.state, this.identity.hosted.definition),
        orphaned: () => {
          if (message.kind === 'signal') this.worker.orphan(this.identity.key, { id: message.id, reason: `unknown-signal:${message.name}` });
        },
        message: message.id,
      });
    }
  }

  /** Calls back between two turns, when the last one is durable. */
  whenQuiet(callback: () => void): void {
    if (this.turning || this.intake.length > 0) this.quiet.push(callback);
    else callback();
  }

  /** Drops everything without a word to the store; what was still to be taken in is an orphan, or waits in the mailbox. */
  leave(): void {
    if (this.gone) return;
    this.gone = true;
    for (const { orphaned } of this.intake.splice(0)) orphaned?.();
    for (const { cancel } of this.appointments.values()) cancel();
    this.appointments.clear();
    this.cancelEviction?.();
    this.worker.left(this);
    for (const callback of this.quiet.splice(0)) callback();
  }

  private receive(intake: Intake): void {
    if (this.gone) {
      intake.orphaned?.();
      return;
    }
    this.cancelEviction?.();
    this.cancelEviction = undefined;
    this.intake.push(intake);
    if (!this.turning) void this.takeTurns();
  }

  private async takeTurns(): Promise<void> {
    this.turning = true;
    try {
      while (this.intake.length > 0 && !this.gone) {
        const taken = this.intake.splice(0);
        const turn = await this.execution.turn(this.worker.clock.now(), this.read(taken));
        const consumed = taken.flatMap(({ message }) => message ?? []);
        if (turn.events.length === 0 && consumed.length === 0) continue;
        if ((await this.append(turn, consumed)) !== 'appended') return this.leave();
        this.act(turn.events);
      }
    } catch (error) {
      this.worker.log.error('An instance could not take its turn; it is given back.', { ...this.names(), cause: recordError(error).message });
      return this.giveBack(1_000);
    } finally {
      this.turning = false;
    }
    for (const callback of this.quiet.splice(0)) callback();
    this.goOn();
  }

  /** One event after the other, each looked at when the one before has been delivered. */
  private *read(taken: readonly Intake[]): Generator<IncomingEvent> {
    for (const intake of taken) {
      const events = this.execution.state.closed ? [] : intake.read();
      if (events.length === 0) intake.orphaned?.();
      yield* events;
    }
  }

  private async append(turn: Turn, consumed: readonly string[], start?: StartRecord): Promise<string> {
    const head = this.changedHead();
    const append: TurnAppend = {
      key: this.identity.key,
      seq: this.length,
      turn,
      ...(start ? { start } : {}),
      ...(head ? { head } : {}),
      ...(consumed.length > 0 ? { consumed } : {}),
    };
    try {
      const outcome = await this.worker.commit(append);
      if (outcome === 'appended') this.length++;
      return outcome;
    } catch (error) {
      if (start) throw error;
      return this.appendIncident(error);
    }
  }

  /** The store refuses the turn itself: what can be said of it is said, and a person is asked. */
  private async appendIncident(error: unknown): Promise<string> {
    const message = `The store will not take a turn of this instance: ${recordError(error).message}`;
    const turn: Turn = { at: this.worker.clock.now(), events: [{ type: 'IncidentOpened', code: 'APPEND_REJECTED', message }] };
    const head: InstanceHead = { status: 'incident', retrying: false, error: { name: 'SagaError', code: 'APPEND_REJECTED', message } };
    await this.worker.commit({ key: this.identity.key, seq: this.length, turn, head, release: { wakeAfter: null } });
    return 'refused';
  }

  private changedHead(): InstanceHead | undefined {
    const { status, retrying, incident, error } = this.execution.state;
    const shown = incident ? { name: 'SagaError', code: incident.code, message: incident.message } : error && summariseError(error);
    const head: InstanceHead = { status, retrying: retrying > 0 && !this.execution.state.closed, ...(shown ? { error: shown } : {}) };
    if (head.status === this.head.status && head.retrying === this.head.retrying) return undefined;
    this.head = head;
    return head;
  }

  /** Acts on a turn that is durable. */
  private act(events: readonly HistoryEvent[]): void {
    if (this.execution.state.closed) {
      this.worker.closed(this, events);
      return this.leave();
    }
    for (const event of events) {
      switch (event.type) {
        case 'StepScheduled':
          this.beginAttempt(event.call);
          break;
        case 'StepAttemptFailed':
          if (event.retryAt !== undefined) this.appoint(`retry ${event.call}`, event.retryAt, () => this.beginAttempt(event.call));
          break;
        case 'TimerStarted':
        case 'WaitStarted':
          this.awaitTime(event.call);
          break;
        case 'StepCompleted':
        case 'StepFailed':
        case 'StepOutcomeUnknown':
          this.dismiss(`retry ${event.call}`);
          break;
        case 'CancelRequested':
        case 'CompensationStarted':
          this.stopRetrying();
          break;
        case 'IncidentOpened':
          this.worker.log.error('An instance is parked in an incident.', { ...this.names(), code: event.code, message: event.message });
          break;
        case 'IncidentResolved':
          this.resumeOpenCalls();
          break;
      }
    }
  }

  /** Everything that history left open and nothing here is working on. */
  private resumeOpenCalls(): void {
    if (this.gone || this.execution.parked) return;
    for (const call of this.execution.state.calls.values()) {
      if (call.kind !== 'step') this.awaitTime(call.call);
      else if (isOpenStep(call) && !this.attempts.has(call.call) && !this.appointments.has(`retry ${call.call}`)) {
        const asked = this.execution.state.incident?.call === call.call;
        if (!asked) this.appoint(`retry ${call.call}`, call.retryAt ?? 0, () => this.beginAttempt(call.call));
      }
    }
  }

  private awaitTime(number: number): void {
    const call = this.execution.state.calls.get(number);
    if (!call || call.kind === 'step' || !call.open || call.dueAt === undefined || this.appointments.has(`due ${number}`)) return;
    const type = call.kind === 'timer' ? 'TimerFired' : 'WaitTimedOut';
    this.appoint(`due ${number}`, call.dueAt, () => this.receive({ read: () => (call.open ? [{ type, call: number }] : []) }), call);
  }

  /** A step that the saga went on without is not tried again: its outcome is unknown from here on. */
  private stopRetrying(): void {
    for (const call of this.execution.state.calls.values()) {
      if (call.kind === 'step' && call.abandoned && isOpenStep(call) && !this.attempts.has(call.call)) this.abandon(call);
    }
  }

  private abandon(step: StepCall): void {
    const fallback = recordError(new SagaError('STEP_ABANDONED', 'The saga went on without an answer.'));
    this.receive({
      read: () =>
        isOpenStep(step) && !this.attempts.has(step.call)
          ? [{ type: 'StepOutcomeUnknown', call: step.call, attempts: step.failures, error: step.error ?? fallback }]
          : [],
    });
  }

  private beginAttempt(number: number): void {
    this.dismiss(`retry ${number}`);
    const step = this.execution.state.step(number);
    const definition = step && this.identity.hosted.definition.steps.get(step.step);
    if (this.gone || this.worker.draining || !step || !definition || !isOpenStep(step) || this.attempts.has(number)) return;
    if (step.abandoned) return this.abandon(step);
    const { clock } = this.worker;
    const attempt = step.failures + 1;
    const stepDeadline = deadlineOf(step, definition.policy);
    const deadline = Math.min(clock.now() + definition.policy.timeout, stepDeadline);
    if (clock.now() >= stepDeadline) return this.pastDeadline(step, attempt - 1);
    this.attempts.set(number, attempt);
    this.unanswered++;
    const giveUpAt = deadline + Math.max(definition.policy.timeout, 30_000);
    this.appoint(`attempt ${number}`, deadline, () => this.endAttempt(step, attempt, timedOut(step, definition.policy.timeout)));
    const { id, key, hosted } = this.identity;
    void this.worker.attempts
      .run({ hosted, definition, call: step, instance: id, run: key.run, attempt, deadline, giveUpAt })
      .then((ended) => {
        this.unanswered--;
        this.endAttempt(step, attempt, ended);
      });
  }

  /** An attempt ended, or its time is up; what still comes of it afterwards is late (S7). */
  private endAttempt(step: StepCall, attempt: number, ended: AttemptOutcome): void {
    const late = this.attempts.get(step.call) !== attempt;
    if (!late) {
      this.attempts.delete(step.call);
      this.dismiss(`attempt ${step.call}`);
    } else if (ended.outcome === 'transient') {
      return this.goOn();
    }
    const policy = this.identity.hosted.definition.steps.get(step.step)!.policy;
    this.receive({
      read: () => afterAttempt(this.execution.state, step, policy, attempt, ended, this.worker.clock.now(), Math.random()),
      orphaned: () => {
        if (ended.outcome === 'transient') return;
        const payload = ended.outcome === 'completed' ? { payload: ended.result } : {};
        this.worker.orphan(this.identity.key, { id: `${step.call}:${attempt}`, reason: this.gone ? 'closed-instance' : late ? 'late-result' : 'duplicate-result', call: step.call, attempt, ...payload });
      },
    });
  }

  private pastDeadline(step: StepCall, attempts: number): void {
    const error = recordError(new SagaError('STEP_DEADLINE_PASSED', `The deadline of step "${step.step}" passed.`));
    this.receive({
      read: () => (isOpenStep(step) ? [{ type: 'StepOutcomeUnknown', call: step.call, attempts, error: step.error ?? error }] : []),
    });
  }

  private appoint(name: string, at: number, wake: () => void, call?: TimeCall): void {
    this.dismiss(name);
    const cancel = this.worker.clock.schedule(at, () => {
      this.appointments.delete(name);
      if (!this.gone) wake();
    });
    this.appointments.set(name, { at, cancel, ...(call ? { call } : {}) });
  }

  private dismiss(name: string): void {
    this.appointments.get(name)?.cancel();
    this.appointments.delete(name);
  }

  /** With nothing under way an instance costs memory for nothing: after a while it becomes a row (M4). */
  private goOn(): void {
    if (this.gone || this.turning || this.unanswered > 0 || this.attempts.size > 0 || this.cancelEviction) return;
    const now = this.worker.clock.now();
    const next = this.nextDue();
    if (this.execution.parked) return void this.giveBack(null);
    if (next !== null && next - now <= this.worker.keep) return;
    this.cancelEviction = this.worker.clock.schedule(now + this.worker.keep, () => {
      const due = this.nextDue();
      void this.giveBack(due === null ? null : Math.max(0, due - this.worker.clock.now()));
    });
  }

  private nextDue(): number | null {
    let next: number | null = null;
    for (const [name, { at, call }] of this.appointments) {
      // The condition of a wait came true before its time.
      if (call && !call.open) this.dismiss(name);
      else if (next === null || at < next) next = at;
    }
    return next;
  }

  private async giveBack(wakeAfter: number | null): Promise<void> {
    if (this.gone) return;
    this.leave();
    await this.worker.release(this.identity.key, wakeAfter);
  }

  private names(): { saga: string; id: string } {
    return { saga: this.identity.hosted.definition.name, id: this.identity.id };
  }
}

function timedOut(step: StepCall, timeout: number): AttemptOutcome {
  const error = recordError(new SagaError('STEP_TIMED_OUT', `Nobody answered step "${step.step}" within ${timeout} ms.`));
  return { outcome: 'transient', error };
}

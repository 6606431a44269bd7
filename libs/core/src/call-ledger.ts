import { isOpenStep, type CallState, type StepCall } from './call-state.js';
import { corrupt } from './corrupt-history.js';
import type { HistoryEvent, IncidentOpened } from './event.js';
import type { SagaForked, StepInputEdited } from './operator-event.js';
import type { StepScheduled } from './step-event.js';
import { moveStep, type StepMove } from './step-machine.js';
import { timeCall } from './time-call.js';

/** The calls of an instance as its history tells them: steps by their table of moves, timers and waits open or not. */
export class CallLedger {
  readonly calls = new Map<number, CallState>();
  /** How many steps wait for another attempt. */
  retrying = 0;
  /** The incidents of calls that wait for a person, by call. */
  readonly asked = new Map<number, IncidentOpened>();

  /** False when the event is about no call. @throws SagaError `CORRUPT_HISTORY` */
  apply(event: HistoryEvent, at: number): boolean {
    switch (event.type) {
      case 'StepScheduled':
        this.open(scheduled(event, at));
        return true;
      case 'TimerStarted':
      case 'WaitStarted':
      case 'CueAwaited':
      case 'EventEmitted':
        this.open(timeCall(event));
        return true;
      case 'CallsCancelled':
        for (const call of event.calls) this.cancel(call);
        return true;
      case 'TimerFired':
      case 'WaitTimedOut':
      case 'CueReceived':
        this.settleTime(event.call, event.type);
        return true;
      case 'StepAttemptFailed': {
        const step = this.moveStep(event.call, event.type, at);
        step.failures = event.attempt;
        step.error = event.error;
        if (event.retryAt === undefined) delete step.retryAt;
        else step.retryAt = event.retryAt;
        return true;
      }
      case 'StepDeferred': {
        const { dueAt } = event;
        this.moveStep(event.call, event.type).deferral = { since: at, ...(dueAt === undefined ? {} : { dueAt }) };
        return true;
      }
      case 'StepVerifying': {
        const step = this.moveStep(event.call, event.type, at);
        step.failures = step.triedBefore = event.attempts;
        step.error = event.error;
        step.retryAt = at;
        return true;
      }
      case 'StepCompleted':
      case 'StepCompletedLate': {
        const step = this.moveStep(event.call, event.type);
        step.result = event.result;
        if (event.type === 'StepCompletedLate') step.undoneFrom = this.calls.size;
        if (step.undoes !== undefined) this.undone(step.undoes, event.call);
        return true;
      }
      case 'StepFailed':
        this.moveStep(event.call, `StepFailed/${event.kind}`).error = event.error;
        return true;
      case 'StepOutcomeUnknown':
        this.moveStep(event.call, event.type).error = event.error;
        return true;
      case 'StepRetryRequested':
        this.moveStep(event.call, event.type).retryAt = at;
        this.asked.delete(event.call);
        return true;
      case 'StepInputEdited':
        this.begunAnew(this.moveStep(event.call, event.type), at);
        this.edited(event);
        return true;
      case 'StepSkipped': {
        const { undoes } = this.moveStep(event.call, event.type);
        if (undoes !== undefined && this.accepts(undoes, event.type)) this.moveStep(undoes, event.type);
        return true;
      }
      default:
        return false;
    }
  }

  /** The calls of another run become this run's past; what is open of them is tried from the beginning. */
  branch({ from, calls, anew, spares }: SagaForked, at: number): void {
    this.asked.clear();
    for (const step of this.calls.values()) {
      if (step.kind !== 'step' || step.call >= calls) continue;
      if (anew.includes(step.call)) {
        delete step.origin;
        delete step.spared;
      } else {
        step.origin ??= from;
        if (spares) step.spared = true;
      }
      if (isOpenStep(step)) this.reopened(step, at);
    }
  }

  step(call: number): StepCall | undefined {
    const found = this.calls.get(call);
    return found?.kind === 'step' ? found : undefined;
  }

  /** Forward steps and compensations without an outcome, in the order of their calls. */
  openSteps(): StepCall[] {
    return [...this.calls.values()].filter((call): call is StepCall => call.kind === 'step' && isOpenStep(call));
  }

  /** True if `apply` would take a step's event; false for one that came late or twice. */
  accepts(call: number, move: StepMove): boolean {
    const step = this.step(call);
    return step !== undefined && moveStep(step.state, move) !== undefined;
  }

  /** A decision became part of history later than it was made: its step's time runs from there. */
  date(decision: HistoryEvent, at: number): void {
    if (decision.type !== 'StepScheduled') return;
    const step = this.step(decision.call);
    if (step) step.scheduledAt = at;
  }

  /** Takes back a call that never became part of history. */
  retract(call: number): void {
    this.calls.delete(call);
  }

  /** Closes a timer or wait. @param event what closes it, for the error */
  settleTime(call: number, event: string): void {
    const found = this.calls.get(call);
    if (!found || found.kind === 'step' || !found.open)
      throw corrupt(`${event} of call ${call}, which is no open timer`);
    found.open = false;
  }

  /** The instance is cancelled: its steps are, as far as that reaches. */
  cancelOpenSteps(): void {
    for (const { call, undoes, shielded } of this.openSteps()) if (undoes === undefined && !shielded) this.cancel(call);
  }

  /** A cancellation never became part of history. */
  takeBackCancellation(calls: readonly number[]): void {
    for (const number of calls) {
      const call = this.calls.get(number)!;
      if (call.kind === 'step') call.cancelled = call.abandoned = false;
      else call.open = true;
    }
  }

  /** The saga goes on without what is under way. */
  abandonOpenSteps(): void {
    for (const step of this.openSteps()) {
      if (step.undoes === undefined && step.child === undefined) step.abandoned = true;
    }
  }

  /** The abandonment never became part of history. */
  takeBackAbandonment(): void {
    for (const call of this.calls.values()) {
      if (call.kind === 'step') call.abandoned = call.cancelled && call.child === undefined;
    }
  }

  /** Every step that waited for a person is due. */
  answerAsked(at: number): void {
    for (const step of this.openSteps()) if (this.asked.has(step.call)) step.retryAt = at;
    this.asked.clear();
  }

  /** Its attempts, and the time it has, are counted from here. */
  private begunAnew(step: StepCall, at: number): void {
    Object.assign(step, { failures: 0, scheduledAt: at, retryAt: at, deferred: 0 });
    delete step.triedBefore;
    this.asked.delete(step.call);
  }

  private reopened(step: StepCall, at: number): void {
    if (step.state === 'retrying') this.retrying--;
    this.begunAnew(step, at);
    step.state = 'scheduled';
    delete step.deferral;
    delete step.retryAt;
  }

  private edited({ call, input, before }: StepInputEdited): void {
    const step = this.step(call)!;
    step.input = input;
    step.edits = (step.edits ?? 0) + 1;
    if (before) return;
    // Nobody else makes this request: it is this run's own, and its to undo.
    delete step.origin;
    delete step.spared;
  }

  /** Nobody waits for the call any more, but for a child: that is waited for until it has ended by itself (law C6). */
  private cancel(number: number): void {
    const step = this.step(number);
    if (!step) return this.settleTime(number, 'CallsCancelled');
    step.cancelled = true;
    step.abandoned = step.child === undefined;
  }

  private open(call: CallState): void {
    if (this.calls.has(call.call)) throw corrupt(`call ${call.call} was made twice`);
    this.calls.set(call.call, call);
  }

  private moveStep(call: number, move: StepMove, at?: number): StepCall {
    const step = this.step(call);
    const to = step && moveStep(step.state, move);
    if (!step || !to)
      throw corrupt(`${move} of call ${call}, which is ${step ? `a step in state "${step.state}"` : 'no step'}`);
    if (step.state === 'retrying') this.retrying--;
    if (to === 'retrying') this.retrying++;
    if (step.deferral && at !== undefined) step.deferred += at - step.deferral.since;
    delete step.deferral;
    step.state = to;
    // Answered after all: there is nothing left to ask.
    if (!isOpenStep(step)) this.asked.delete(call);
    return step;
  }

  private undone(target: number, by: number): void {
    if (by < (this.step(target)?.undoneFrom ?? 0) || !this.accepts(target, 'StepUndone')) return;
    this.moveStep(target, 'StepUndone');
  }
}

function scheduled({ call, step, input, undoes, child, shielded }: StepScheduled, at: number): StepCall {
  return {
    kind: 'step',
    call,
    step,
    input,
    ...(undoes === undefined ? {} : { undoes }),
    ...(child === undefined ? {} : { child }),
    shielded: shielded === true,
    scheduledAt: at,
    state: 'scheduled',
    failures: 0,
    deferred: 0,
    cancelled: false,
    abandoned: false,
  };
}

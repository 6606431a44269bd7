import { isOpenStep, type CallState, type StepCall } from './call-state.js';
import type { HistoryEvent, IncidentOpened, RecordedError, Turn } from './event.js';
import type { Json } from './json.js';
import { SagaError } from './saga-error.js';
import { moveSaga, type SagaMove, type SagaPhase } from './saga-machine.js';
import type { SagaStatus } from './saga-status.js';
import { moveStep, type StepMove } from './step-machine.js';

/** What a history adds up to: folded event by event, by the tables of moves alone. */
export class SagaState {
  phase: SagaPhase = 'new';
  readonly calls = new Map<number, CallState>();
  /** How many steps wait for another attempt. */
  retrying = 0;
  cancelRequested = false;
  /** Ids of the messages whose signals were delivered: one that is sent again is not delivered again (law M1). */
  readonly signals = new Set<string>();
  /** The incident of code that offended. */
  private offence: IncidentOpened | undefined;
  /** The incidents of calls that wait for a person, by call. */
  private readonly asked = new Map<number, IncidentOpened>();
  result: Json | undefined;
  /** Why it failed or is being undone. */
  error: RecordedError | undefined;

  /** Folds a whole history. @throws SagaError `CORRUPT_HISTORY` */
  static of(turns: readonly Turn[]): SagaState {
    return SagaState.fold(turns, (corrupt) => {
      throw corrupt;
    });
  }

  /** Folds what can be folded of a history that is not whole, so that it can be parked with what it says. */
  static salvage(turns: readonly Turn[]): SagaState {
    return SagaState.fold(turns, () => undefined);
  }

  private static fold(turns: readonly Turn[], refuse: (corrupt: unknown) => void): SagaState {
    const state = new SagaState();
    for (const { at, events } of turns) {
      for (const event of events) {
        try {
          state.apply(event, at);
        } catch (corrupt) {
          refuse(corrupt);
        }
      }
    }
    return state;
  }

  /** The open incident, if there is one; of several the one that has to be resolved first. */
  get incident(): IncidentOpened | undefined {
    if (this.offence || this.asked.size === 0) return this.offence;
    return this.asked.values().next().value;
  }

  get status(): SagaStatus {
    if (this.incident) return 'incident';
    return this.phase === 'new' ? 'running' : this.phase;
  }

  /** True when nothing can be appended any more. What ended while an incident holds its end back is not closed. */
  get closed(): boolean {
    return this.over && !this.incident;
  }

  /** True when the code has come to its end and everything is undone that had to be. */
  get over(): boolean {
    return this.phase !== 'new' && this.phase !== 'running' && this.phase !== 'compensating';
  }

  step(call: number): StepCall | undefined {
    const found = this.calls.get(call);
    return found?.kind === 'step' ? found : undefined;
  }

  /** @throws SagaError `CORRUPT_HISTORY` for an event that cannot follow what is there. */
  apply(event: HistoryEvent, at: number): void {
    switch (event.type) {
      case 'StepScheduled':
        this.open({
          kind: 'step',
          call: event.call,
          step: event.step,
          input: event.input,
          ...(event.undoes === undefined ? {} : { undoes: event.undoes }),
          scheduledAt: at,
          state: 'scheduled',
          failures: 0,
          abandoned: false,
        });
        return;
      case 'TimerStarted':
        this.open({ kind: 'timer', call: event.call, dueAt: event.dueAt, open: true });
        return;
      case 'WaitStarted':
        this.open({ kind: 'wait', call: event.call, dueAt: event.dueAt, open: true });
        return;
      case 'TimerFired':
      case 'WaitTimedOut':
        this.settleTime(event.call, event.type);
        return;
      case 'StepAttemptFailed': {
        const step = this.moveStep(event.call, event.type);
        step.failures = event.attempt;
        step.error = event.error;
        if (event.retryAt === undefined) delete step.retryAt;
        else step.retryAt = event.retryAt;
        return;
      }
      case 'StepCompleted':
      case 'StepCompletedLate': {
        const step = this.moveStep(event.call, event.type);
        step.result = event.result;
        if (event.type === 'StepCompletedLate') step.undoneFrom = this.calls.size;
        if (step.undoes !== undefined) this.undone(step.undoes, event.call);
        return;
      }
      case 'StepFailed':
        this.moveStep(event.call, `StepFailed/${event.kind}`).error = event.error;
        return;
      case 'StepOutcomeUnknown':
        this.moveStep(event.call, event.type).error = event.error;
        return;
      case 'SagaStarted':
        this.move(event.type);
        return;
      case 'CompensationStarted':
        this.move(event.type);
        this.error = event.error;
        this.abandonOpenSteps();
        return;
      case 'SagaCompleted':
        this.move(event.type);
        this.result = event.result;
        return;
      case 'SagaFailed':
      case 'SagaCompensated':
      case 'SagaCancelled':
        this.move(event.type);
        this.error = event.error;
        return;
      case 'CancelRequested':
        this.cancelRequested = true;
        if (this.phase === 'running') this.abandonOpenSteps();
        return;
      case 'IncidentOpened':
        if (event.call === undefined) this.offence = event;
        else this.asked.set(event.call, event);
        return;
      case 'IncidentResolved':
        this.resolveIncident(at);
        return;
      case 'SignalReceived':
        this.signals.add(event.message);
        return;
    }
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

  /** Takes back a decision that never became part of history; the newest first. */
  retract(decision: HistoryEvent): void {
    if ('call' in decision && decision.call !== undefined) this.calls.delete(decision.call);
    if (decision.type !== 'CompensationStarted') return;
    this.phase = 'running';
    this.error = undefined;
    for (const call of this.calls.values()) if (call.kind === 'step' && !this.cancelRequested) call.abandoned = false;
  }

  /** Closes a wait whose condition holds. It has no event of its own: replay finds the same. */
  satisfy(call: number): void {
    this.settleTime(call, 'the end of its wait');
  }

  private open(call: CallState): void {
    if (this.calls.has(call.call)) throw corrupt(`call ${call.call} was made twice`);
    this.calls.set(call.call, call);
  }

  private settleTime(call: number, event: string): void {
    const found = this.calls.get(call);
    if (!found || found.kind === 'step' || !found.open)
      throw corrupt(`${event} of call ${call}, which is no open timer`);
    found.open = false;
  }

  private moveStep(call: number, move: StepMove): StepCall {
    const step = this.step(call);
    const to = step && moveStep(step.state, move);
    if (!step || !to)
      throw corrupt(`${move} of call ${call}, which is ${step ? `a step in state "${step.state}"` : 'no step'}`);
    if (step.state === 'retrying') this.retrying--;
    if (to === 'retrying') this.retrying++;
    step.state = to;
    // Answered after all: there is nothing left to ask.
    if (!isOpenStep(step)) this.asked.delete(call);
    return step;
  }

  private undone(target: number, by: number): void {
    if (by < (this.step(target)?.undoneFrom ?? 0) || !this.accepts(target, 'StepUndone')) return;
    this.moveStep(target, 'StepUndone');
  }

  private move(move: SagaMove): void {
    const to = moveSaga(this.phase, move);
    if (!to) throw corrupt(`${move} of an instance that is ${this.phase}`);
    this.phase = to;
  }

  /** First the code's own incident; without one, every step that waited for a person is due. */
  private resolveIncident(at: number): void {
    if (this.offence) {
      this.offence = undefined;
      return;
    }
    for (const step of this.openSteps()) if (this.asked.has(step.call)) step.retryAt = at;
    this.asked.clear();
  }

  private abandonOpenSteps(): void {
    for (const step of this.openSteps()) if (step.undoes === undefined) step.abandoned = true;
  }
}

function corrupt(what: string): SagaError {
  return new SagaError(
    'CORRUPT_HISTORY',
    `The history tells of ${what}.`,
    'It was changed by hand or written by another release; restore it, or deploy that release.',
  );
}

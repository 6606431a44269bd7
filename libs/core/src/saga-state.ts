import type { HistoryEvent, IncidentOpened, RecordedError, Turn } from './event.js';
import type { Json } from './json.js';
import { SagaError } from './saga-error.js';
import { moveSaga, type SagaMove, type SagaPhase } from './saga-machine.js';
import type { SagaStatus } from './saga-status.js';
import { moveStep, type StepMove, type StepState } from './step-machine.js';

/** One step as the history tells it so far. */
export interface StepCall {
  readonly kind: 'step';
  readonly call: number;
  readonly step: string;
  readonly input: readonly Json[];
  readonly undoes?: number;
  /** Milliseconds since the epoch. */
  readonly scheduledAt: number;
  state: StepState;
  /** Attempts that failed. */
  failures: number;
  /** When the next attempt is due; undefined before the first failure and when nothing follows by itself. */
  retryAt?: number;
  result?: Json;
  /** What was last heard. */
  error?: RecordedError;
  /** The saga went on without it (cancelled or failed): it is not tried again. */
  abandoned: boolean;
}

/** A timer, or a wait for a condition. */
export interface TimeCall {
  readonly kind: 'timer' | 'wait';
  readonly call: number;
  readonly dueAt: number | undefined;
  open: boolean;
}

export type CallState = StepCall | TimeCall;

/** True while an answer of a participant would still settle the step. */
export function isOpenStep(step: StepCall): boolean {
  return step.state === 'scheduled' || step.state === 'retrying';
}

/** What a history adds up to: folded event by event, by the tables of moves alone. */
export class SagaState {
  phase: SagaPhase = 'new';
  /** The open incident, if there is one. */
  incident: IncidentOpened | undefined;
  readonly calls = new Map<number, CallState>();
  /** How many steps wait for another attempt. */
  retrying = 0;
  cancelRequested = false;
  result: Json | undefined;
  /** Why it failed or is being undone. */
  error: RecordedError | undefined;

  /** Folds a whole history. @throws SagaError `CORRUPT_HISTORY` */
  static of(turns: readonly Turn[]): SagaState {
    const state = new SagaState();
    for (const { at, events } of turns) for (const event of events) state.apply(event, at);
    return state;
  }

  get status(): SagaStatus {
    if (this.incident) return 'incident';
    return this.phase === 'new' ? 'running' : this.phase;
  }

  get closed(): boolean {
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
        if (step.undoes !== undefined) this.moveStep(step.undoes, 'StepUndone');
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
        this.incident = event;
        return;
      case 'IncidentResolved':
        this.incident = undefined;
        return;
      case 'SignalReceived':
        return;
    }
  }

  /** True if `apply` would take a step's event; false for one that came late or twice. */
  accepts(call: number, move: StepMove): boolean {
    const step = this.step(call);
    return step !== undefined && moveStep(step.state, move) !== undefined;
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
    return step;
  }

  private move(move: SagaMove): void {
    const to = moveSaga(this.phase, move);
    if (!to) throw corrupt(`${move} of an instance that is ${this.phase}`);
    this.phase = to;
  }

  private abandonOpenSteps(): void {
    for (const call of this.calls.values()) {
      if (call.kind === 'step' && call.undoes === undefined && isOpenStep(call)) call.abandoned = true;
    }
  }
}

function corrupt(what: string): SagaError {
  return new SagaError(
    'CORRUPT_HISTORY',
    `The history tells of ${what}.`,
    'It was changed by hand or written by another release; restore it, or deploy that release.',
  );
}

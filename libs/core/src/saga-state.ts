import { CallLedger } from './call-ledger.js';
import type { CallState, StepCall } from './call-state.js';
import { flowOf } from './cue.js';
import { corrupt } from './corrupt-history.js';
import type { HistoryEvent, IncidentOpened, SagaContinued, SagaStarted, Turn, UndoRequested } from './event.js';
import type { RecordedError } from './error-record.js';
import { HeardCues } from './heard-cues.js';
import type { Json } from './json.js';
import type { SagaForked } from './operator-event.js';
import { moveSaga, type SagaMove, type SagaPhase } from './saga-machine.js';
import type { SagaStatus } from './saga-status.js';
import type { StepMove } from './step-machine.js';
import { UpdateLedger } from './update-ledger.js';

/** What a history adds up to: folded event by event, by the tables of moves alone. */
export class SagaState {
  phase: SagaPhase = 'new';
  cancelRequested = false;
  /** An operator has stopped it for a while. */
  paused = false;
  /** Ids of the messages whose signals were delivered: one that is sent again is not delivered again (law M1). */
  readonly signals = new Set<string>();
  /** The cues that it has had (law M6). */
  readonly cues = new HeardCues();
  private readonly ledger = new CallLedger();
  /** The updates that were accepted, by the id of their message, with what came of them (law M3). */
  readonly updates = new UpdateLedger();
  /** The incident of code that offended. */
  private offence: IncidentOpened | undefined;
  /** How it began. */
  started: SagaStarted | undefined;
  /** When, in milliseconds since the epoch. */
  startedAt: number | undefined;
  /** Its start has a delay that is not over: `run()` has not begun. */
  delayed = false;
  /** What takes over from it, if it continues as new. */
  successor: SagaContinued | undefined;
  /** Who had it undone after it had completed. */
  undoing: UndoRequested | undefined;
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

  get calls(): ReadonlyMap<number, CallState> {
    return this.ledger.calls;
  }

  /** How many steps wait for another attempt. */
  get retrying(): number {
    return this.ledger.retrying;
  }

  /** The open incident, if there is one; of several the one that has to be resolved first. */
  get incident(): IncidentOpened | undefined {
    const { asked } = this.ledger;
    if (this.offence || asked.size === 0) return this.offence;
    return asked.values().next().value;
  }

  get status(): SagaStatus {
    if (this.incident) return 'incident';
    if (this.paused && !this.over) return 'paused';
    if (this.delayed && this.phase === 'running') return 'delayed';
    // What gives way to a successor is open until that has begun.
    return this.phase === 'new' || this.phase === 'continued' ? 'running' : this.phase;
  }

  /** True while what the code decides is held back: for the incident of code that offended; for good, if it was terminated. */
  get holdsDecisions(): boolean {
    return this.phase === 'terminated' || this.offence !== undefined;
  }

  /** True when nothing can be appended any more. What ended while an incident holds its end back is not closed. */
  get closed(): boolean {
    return this.over && !this.incident && this.phase !== 'continued';
  }

  /** True if this may still come to it: what has ended hears only that it has to be undone. */
  admits({ type }: HistoryEvent): boolean {
    if (this.successor) return false;
    return !this.closed || type === 'UndoRequested' || type === 'UndoRefused';
  }

  /** True when the code has come to its end and everything is undone that had to be. */
  get over(): boolean {
    return this.phase !== 'new' && this.phase !== 'running' && this.phase !== 'compensating';
  }

  step(call: number): StepCall | undefined {
    return this.ledger.step(call);
  }

  /** @throws SagaError `CORRUPT_HISTORY` for an event that cannot follow what is there. */
  apply(event: HistoryEvent, at: number): void {
    this.cues.note(event);
    if (this.ledger.apply(event, at) || this.updates.note(event)) return;
    switch (event.type) {
      case 'SagaStarted':
        this.move(event.type);
        this.started = event;
        this.startedAt = at;
        this.delayed = event.delayed === true;
        for (const { message } of event.signals ?? []) this.signals.add(message);
        return;
      case 'SagaBegan':
        if (!this.delayed) throw corrupt('SagaBegan of an instance that has begun');
        this.delayed = false;
        return;
      case 'CompensationStarted':
        this.move(event.type);
        this.error = event.error;
        this.ledger.abandonOpenSteps();
        return;
      case 'SagaCompleted':
        this.move(event.type);
        this.result = event.result;
        return;
      case 'SagaContinued':
        this.move(event.type);
        this.successor = event;
        return;
      case 'UndoRequested':
        this.move(event.type);
        this.undoing = event;
        // What the run left behind when it completed is taken back, not done after all.
        this.ledger.abandonOpenSteps();
        return;
      case 'SagaTerminated':
        this.move(event.type);
        this.error = { name: 'SagaTerminated', message: event.reason, code: 'SAGA_TERMINATED' };
        // Nobody is asked any more.
        this.offence = undefined;
        this.ledger.asked.clear();
        return;
      case 'SagaFailed':
      case 'SagaCompensated':
      case 'SagaCancelled':
        this.move(event.type);
        this.error = event.error;
        return;
      case 'CancelRequested':
        this.cancelRequested = true;
        if (this.phase === 'running') this.ledger.cancelOpenSteps();
        return;
      case 'IncidentOpened':
        if (event.call === undefined) this.offence = event;
        else this.ledger.asked.set(event.call, event);
        return;
      case 'IncidentResolved':
        this.resolveIncident(at);
        return;
      case 'SagaForked':
        this.branch(event, at);
        return;
      case 'SagaPaused':
      case 'SagaUnpaused':
        this.paused = event.type === 'SagaPaused';
        return;
      case 'SignalReceived':
        this.signals.add(event.message);
        return;
    }
  }

  /** Forward steps and compensations without an outcome, in the order of their calls. */
  openSteps(): StepCall[] {
    return this.ledger.openSteps();
  }

  /** Updates whose handlers have not ended. */
  openUpdates(): string[] {
    return this.updates.open();
  }

  /** True if `apply` would take a step's event; false for one that came late or twice. */
  accepts(call: number, move: StepMove): boolean {
    return this.ledger.accepts(call, move);
  }

  /** A decision became part of history later than it was made: its step's time runs from there. */
  date(decision: HistoryEvent, at: number): void {
    this.ledger.date(decision, at);
  }

  /** Takes back a decision that never became part of history; the newest first. */
  retract(decision: HistoryEvent): void {
    if ('call' in decision && decision.call !== undefined) this.ledger.retract(decision.call);
    if ('update' in decision) this.updates.set(decision.update, { stage: 'accepted' });
    if (decision.type === 'CallsCancelled') this.ledger.takeBackCancellation(decision.calls);
    if (decision.type !== 'CompensationStarted') return;
    this.phase = 'running';
    this.error = undefined;
    this.ledger.takeBackAbandonment();
  }

  /** Closes a wait whose condition holds. It has no event of its own: replay finds the same. */
  satisfy(call: number): void {
    this.ledger.settleTime(call, 'the end of its wait');
  }

  /** What another run came to becomes this run's past: it goes on as if nobody had held it, and is nobody's child. It stays in its flow. */
  private branch(event: SagaForked, at: number): void {
    const { parent: _parent, ...started } = this.started!;
    this.started = { ...started, flow: flowOf(this.started, event.from.id) };
    this.paused = false;
    this.offence = undefined;
    this.ledger.branch(event, at);
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
    this.ledger.answerAsked(at);
  }
}

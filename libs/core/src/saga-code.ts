import { CodeCalls } from './code-calls.js';
import { CodeGate } from './code-gate.js';
import type { CodeSurroundings } from './code-surroundings.js';
import type { Duration } from './duration.js';
import { compensationPlan } from './compensation-plan.js';
import type { IncomingEvent, SagaStarted, UndoRequested, UpdateAccepted } from './event.js';
import { ExecutionContext } from './execution-context.js';
import type { Json } from './json.js';
import { failureOf, SagaCancelledError, StepUnknownError } from './outcome-errors.js';
import { decodePayload } from './payload-codec.js';
import { failedAfterPivot, noWayBack } from './pivot.js';
import { recordThrown } from './recorded-error.js';
import { asViolation, awaitsForeignPromise, signalHandlerFailed } from './rule-violations.js';
import type { ChildOptions, SagaCalls, SagaDefinition } from './saga-definition.js';
import type { SagaError } from './saga-error.js';
import type { DynamicStep } from './step-definition.js';
import { throwToCode } from './thrown-to-code.js';
import { undoAll } from './undo.js';

/** The running code of one instance: how events reach it, and how it ends. */
export class SagaCode implements SagaCalls {
  readonly gate: CodeGate;
  readonly calls: CodeCalls;
  readonly context: ExecutionContext;

  constructor(readonly around: CodeSurroundings) {
    this.gate = new CodeGate(around);
    this.calls = new CodeCalls(around, this.gate);
    this.context = new ExecutionContext(this);
  }

  /** Makes the instance and lets `run()` begin, if the start has no delay. */
  begin({ input, signals, delayed }: SagaStarted): void {
    const program = (this.calls.program = this.around.definition.open(this));
    for (const signal of signals ?? []) this.signal(signal.name, signal.input);
    if (!delayed) this.live(() => program.run(decodePayload(input)));
  }

  /** Hands an event to the code; false when it does not concern the code. */
  deliver(event: IncomingEvent): boolean {
    const { state, steps } = this.around;
    const { open, scopes } = this.calls;
    switch (event.type) {
      case 'StepCompleted':
        open.resolve(event.call, decodePayload(event.result));
        return true;
      case 'StepFailed': {
        const step = state.step(event.call)!;
        open.reject(event.call, throwToCode(failureOf(step, steps.of(step))));
        return true;
      }
      case 'StepOutcomeUnknown': {
        const { step } = state.step(event.call)!;
        open.reject(event.call, throwToCode(new StepUnknownError(step, event.attempts, event.error)));
        return true;
      }
      case 'StepSkipped':
      case 'TimerFired':
        open.resolve(event.call, undefined);
        return true;
      case 'WaitTimedOut':
        open.resolve(event.call, false);
        return true;
      case 'CueReceived':
        open.resolve(event.call, { payload: decodePayload(event.payload) });
        return true;
      case 'SignalReceived':
        this.signal(event.name, event.input);
        return true;
      case 'UpdateAccepted':
        void scopes.handle(() => this.update(event));
        return true;
      case 'UndoRequested':
        void this.undo(event);
        return true;
      case 'SagaBegan':
        this.live(() => this.calls.program!.run(decodePayload(state.started!.input)));
        return true;
      case 'CancelRequested':
        // One that has not begun never will.
        if (state.delayed) this.live(() => Promise.reject(new SagaCancelledError(event.reason)));
        else if (!this.gate.ended) scopes.cancelInstance(event.reason);
        return true;
      default:
        return false;
    }
  }

  /** Settles one wait whose condition holds by now; false when there is none. */
  settleWait(): boolean {
    const { open } = this.calls;
    const wait = open.satisfied();
    if (!wait) return false;
    this.around.state.satisfy(wait.call);
    if ('error' in wait) open.reject(wait.call, wait.error);
    else open.resolve(wait.call, true);
    return true;
  }

  /** The code must have ended, or wait for a call: anything else it can wait for never comes (D7). */
  expectProgress(): void {
    const { over, delayed } = this.around.state;
    if (over || delayed || this.around.parked || this.calls.open.size > 0) return;
    this.around.violate(awaitsForeignPromise(this.around.definition.name));
  }

  /** Asks a query; undefined program: nothing has begun. @throws what the query throws */
  query(name: string, args: readonly unknown[]): unknown {
    return this.gate.answering(() => this.calls.program?.query(name, args));
  }

  /** Lets the code look at an update before it is accepted (law M3). @throws what its validator throws */
  validateUpdate(name: string, args: readonly unknown[]): void {
    this.gate.answering(() => this.calls.program?.validateUpdate(name, args));
  }

  step(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.calls.step(name, args);
  }

  child(saga: SagaDefinition, input: unknown, options: ChildOptions): Promise<unknown> {
    return this.calls.child(saga, input, options);
  }

  dynamicStep(step: DynamicStep, args: readonly unknown[]): Promise<unknown> {
    return this.calls.dynamicStep(step, args);
  }

  emit(event: string, payload: unknown, key?: string): void {
    this.calls.emit(event, payload, key);
  }

  waitFor(event: string, where: unknown, timeout?: Duration): Promise<unknown> {
    return this.calls.waitFor(event, where, timeout);
  }

  violate(error: SagaError): void {
    this.gate.violate(error);
  }

  /** Lets the code live: everything in it that is in no other scope is in that of the instance. */
  private live(code: () => Promise<unknown>): void {
    void this.calls.scopes.begin(() => this.run(code));
  }

  /** The whole life of the code: run, and undo if it ends in an error (C2). */
  private async run(code: () => Promise<unknown>): Promise<void> {
    try {
      const result = this.calls.encode(await code(), 'the result of run()');
      if (this.gate.mayEnd()) this.complete(result);
    } catch (error) {
      if (!this.gate.mayEnd()) return;
      await this.fail(error).catch((failure: unknown) => this.around.violate(asViolation(failure)));
    }
  }

  /** Takes back what a saga did that had completed (C6). */
  private async undo({ reason }: UndoRequested): Promise<void> {
    try {
      await undoAll(this.calls, this.around);
      this.around.decide({ type: 'SagaCompensated', error: { name: 'UndoRequested', message: reason } });
    } catch (failure) {
      this.around.violate(asViolation(failure));
    }
  }

  private complete(result: Json): void {
    const abandoned = this.around.state.openSteps().map(({ call }) => call);
    const unfinished = this.around.state.openUpdates();
    this.around.decide({
      type: 'SagaCompleted',
      result,
      ...(abandoned.length > 0 ? { abandoned } : {}),
      ...(unfinished.length > 0 ? { unfinished } : {}),
    });
  }

  private async fail(thrown: unknown): Promise<void> {
    const { steps, state } = this.around;
    this.calls.open.abandonAll();
    const error = recordThrown(thrown, steps.declaredErrors());
    if (await noWayBack(this.calls, this.around))
      return this.around.violate(failedAfterPivot(this.around.definition.name, error.message));
    const cancelled = state.cancelRequested;
    const undoes = compensationPlan(steps, state).length > 0;
    if (undoes) {
      this.around.decide({ type: 'CompensationStarted', error });
      await undoAll(this.calls, this.around);
    }
    const type = cancelled ? 'SagaCancelled' : undoes ? 'SagaCompensated' : 'SagaFailed';
    this.around.decide({ type, error });
  }

  /** Runs the handler of an update. What it throws is its sender's, not the instance's. */
  private async update({ update, name, input }: UpdateAccepted): Promise<void> {
    try {
      const result = await this.calls.program!.update(name, input.map(decodePayload));
      const encoded = this.calls.encode(result, `the result of update "${name}"`);
      if (this.gate.mayGoOn(`the end of update "${name}"`))
        this.around.decide({ type: 'UpdateCompleted', update, result: encoded });
    } catch (thrown) {
      if (!this.gate.mayGoOn(`the end of update "${name}"`)) return;
      const error = recordThrown(thrown, this.around.steps.declaredErrors());
      this.around.decide({ type: 'UpdateFailed', update, error });
    }
  }

  private signal(name: string, input: readonly Json[]): void {
    try {
      this.calls.scopes.handle(() => this.calls.program!.signal(name, input.map(decodePayload)));
    } catch (error) {
      this.around.violate(signalHandlerFailed(this.around.definition.name, name, error));
    }
  }
}

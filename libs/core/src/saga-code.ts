import { compensationPlan } from './compensation-plan.js';
import type { CodeSurroundings } from './code-surroundings.js';
import type { IncomingEvent } from './event.js';
import { ExecutionContext } from './execution-context.js';
import type { Json } from './json.js';
import { OpenCalls } from './open-calls.js';
import { failureOf, SagaCancelledError, StepUnknownError } from './outcome-errors.js';
import { decodePayload, encodePayload } from './payload-codec.js';
import { recordThrown } from './recorded-error.js';
import {
  asViolation,
  awaitsForeignPromise,
  callFromQuery,
  callOutsideTurn,
  signalHandlerFailed,
} from './rule-violations.js';
import type { SagaCalls, SagaProgram } from './saga-definition.js';
import type { SagaError } from './saga-error.js';
import { throwToCode } from './thrown-to-code.js';
import { undoAll } from './undo.js';

/** The running code of one instance: what it waits for, what it may do at this moment, and how it ends. */
export class SagaCode implements SagaCalls {
  readonly context: ExecutionContext;
  /** What the code is allowed now: to make calls, only to read, or nothing because no event is being delivered. */
  mode: 'delivering' | 'reading' | 'between turns' = 'between turns';
  private readonly open = new OpenCalls();
  private program: SagaProgram | undefined;
  private nextCall = 0;
  /** `run()` has settled: branches of the code that it did not wait for get no further. */
  private ended = false;
  /** A query is being answered. */
  private asked = false;

  constructor(private readonly around: CodeSurroundings) {
    this.context = new ExecutionContext(around.id, around.run, {
      now: () => around.at,
      draw: (what) => {
        if (this.asked) throw callFromQuery(around.definition.name, what);
      },
      sleep: (dueAt) => this.sleep(dueAt),
      until: (condition, dueAt) => this.until(condition, dueAt),
      compensate: () => this.compensate(),
      log: (level, message, details) => around.log(level, message, details),
    });
  }

  /** Makes the instance and lets `run()` begin. */
  begin(input: Json): void {
    this.program = this.around.definition.open(this);
    void this.run(this.program, input);
  }

  /** Hands an event to the code; false when it does not concern the code. */
  deliver(event: IncomingEvent): boolean {
    switch (event.type) {
      case 'StepCompleted':
        this.open.resolve(event.call, decodePayload(event.result));
        return true;
      case 'StepFailed':
        this.open.reject(
          event.call,
          throwToCode(failureOf(this.around.state.step(event.call)!, this.around.definition)),
        );
        return true;
      case 'StepOutcomeUnknown': {
        const { step } = this.around.state.step(event.call)!;
        this.open.reject(event.call, throwToCode(new StepUnknownError(step, event.attempts, event.error)));
        return true;
      }
      case 'TimerFired':
        this.open.resolve(event.call, undefined);
        return true;
      case 'WaitTimedOut':
        this.open.resolve(event.call, false);
        return true;
      case 'SignalReceived':
        this.signal(event.name, event.input);
        return true;
      case 'CancelRequested':
        if (!this.ended) this.open.rejectAll(() => throwToCode(new SagaCancelledError(event.reason)));
        return true;
      default:
        return false;
    }
  }

  /** Settles one wait whose condition holds by now; false when there is none. */
  settleWait(): boolean {
    const wait = this.open.satisfied();
    if (!wait) return false;
    this.around.state.satisfy(wait.call);
    if ('error' in wait) this.open.reject(wait.call, wait.error);
    else this.open.resolve(wait.call, true);
    return true;
  }

  /** The code must have ended, or wait for a call: anything else it can wait for never comes (D7). */
  expectProgress(): void {
    if (this.around.state.over || this.around.parked || this.open.size > 0) return;
    this.around.violate(awaitsForeignPromise(this.around.definition.name));
  }

  /** Asks a query; undefined program: nothing has begun. @throws what the query throws */
  query(name: string, args: readonly unknown[]): unknown {
    this.asked = true;
    try {
      return this.reading(() => this.program?.query(name, args));
    } finally {
      this.asked = false;
    }
  }

  /** Maps what a remote compensation needs. @throws what the mapping throws */
  mapUndo(compensation: string, result: unknown, args: readonly unknown[]): Json {
    const mapped = this.reading(() => this.program!.mapUndo(compensation, result, args));
    return this.encode(mapped, `what ${compensation}() returned`);
  }

  step(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.call(`step "${name}"`, () => {
      const input = args.map((arg, i) => this.encode(arg, `argument ${i + 1} of step "${name}"`));
      return this.schedule(name, input);
    });
  }

  /** A query may offend as it likes: it throws to whoever asked, and the instance knows nothing of it (M2). */
  violate(error: SagaError): void {
    if (!this.asked) this.around.violate(error);
  }

  /** Decides a step, and waits for it. */
  schedule(step: string, input: readonly Json[], undoes?: number): Promise<unknown> {
    const call = this.nextCall++;
    this.around.decide({ type: 'StepScheduled', call, step, input, ...(undoes === undefined ? {} : { undoes }) });
    return this.open.wait(call, { shielded: undoes !== undefined });
  }

  /** Waits for a step that is still under way, whatever becomes of it. */
  settled(call: number): Promise<unknown> {
    return this.open.settled(call);
  }

  encode(value: unknown, what: string): Json {
    return encodePayload(value, what, this.around.payloadLimit);
  }

  private sleep(dueAt: number): Promise<unknown> {
    return this.call('a timer', () => {
      const call = this.nextCall++;
      this.around.decide({ type: 'TimerStarted', call, dueAt });
      return this.open.wait(call);
    });
  }

  private until(condition: () => boolean, dueAt: number | undefined): Promise<unknown> {
    return this.call('a wait', () => {
      if (this.reading(condition)) return Promise.resolve(true);
      const call = this.nextCall++;
      this.around.decide(dueAt === undefined ? { type: 'WaitStarted', call } : { type: 'WaitStarted', call, dueAt });
      return this.open.wait(call, { condition: () => this.reading(condition) });
    });
  }

  /** Undoes what was done so far, and lets the code go on (C2). A cancellation that came meanwhile is thrown at the end (C7). */
  private compensate(): Promise<unknown> {
    return this.call('an undo', async () => {
      const { state } = this.around;
      const before = state.cancelRequested;
      await undoAll(this, this.around);
      if (state.cancelRequested && !before) throw throwToCode(new SagaCancelledError());
    });
  }

  /** The gate of every call: after a violation the code gets no further, and a call at the wrong time is one. */
  private call(what: string, make: () => Promise<unknown>): Promise<unknown> {
    const { name } = this.around.definition;
    if (this.mode === 'reading') return rejected(callFromQuery(name, what));
    if (this.mode === 'between turns') this.around.violate(callOutsideTurn(name, what));
    if (this.around.parked || this.ended) return new Promise(() => undefined);
    try {
      return make();
    } catch (error) {
      return rejected(error);
    }
  }

  /** The whole life of the code: run, and undo if it ends in an error (C2). */
  private async run(program: SagaProgram, input: Json): Promise<void> {
    try {
      const result = this.encode(await program.run(decodePayload(input)), 'the result of run()');
      if (this.mayEnd()) this.complete(result);
    } catch (error) {
      if (!this.mayEnd()) return;
      await this.fail(error).catch((failure: unknown) => this.around.violate(asViolation(failure)));
    }
  }

  private complete(result: Json): void {
    const abandoned = this.around.state.openSteps().map(({ call }) => call);
    this.around.decide({ type: 'SagaCompleted', result, ...(abandoned.length > 0 ? { abandoned } : {}) });
  }

  private async fail(thrown: unknown): Promise<void> {
    const { definition, state } = this.around;
    this.open.abandonAll();
    const declared = [...definition.steps.values()].flatMap((step) => [...step.declared.values()]);
    const error = recordThrown(thrown, declared);
    const cancelled = state.cancelRequested;
    const undoes = compensationPlan(definition, state).length > 0;
    if (undoes) {
      this.around.decide({ type: 'CompensationStarted', error });
      await undoAll(this, this.around);
    }
    const type = cancelled ? 'SagaCancelled' : undoes ? 'SagaCompensated' : 'SagaFailed';
    this.around.decide({ type, error });
  }

  private signal(name: string, input: readonly Json[]): void {
    try {
      this.program!.signal(name, input.map(decodePayload));
    } catch (error) {
      this.around.violate(signalHandlerFailed(this.around.definition.name, name, error));
    }
  }

  /** False when the code has lost its say: after a violation, or when it went on by itself between two turns. */
  private mayEnd(): boolean {
    if (this.mode === 'between turns') this.around.violate(callOutsideTurn(this.around.definition.name, 'its end'));
    if (this.around.parked) return false;
    this.ended = true;
    return true;
  }

  private reading<T>(read: () => T): T {
    const before = this.mode;
    this.mode = 'reading';
    try {
      return read();
    } finally {
      this.mode = before;
    }
  }
}

function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}

import { compensationPlan, type PlannedUndo } from './compensation-plan.js';
import { isDecision, nonDeterministic } from './decision-match.js';
import { DecisionQueue } from './decision-queue.js';
import {
  ENGINE_RULES,
  type DecisionEvent,
  type HistoryEvent,
  type IncidentOpened,
  type IncomingEvent,
  type Turn,
} from './event.js';
import { ExecutionContext } from './execution-context.js';
import type { Idle } from './idle.js';
import type { Json } from './json.js';
import { OpenCalls } from './open-calls.js';
import { SagaCancelledError, StepFailedError, StepUnknownError } from './outcome-errors.js';
import { decodePayload, encodePayload } from './payload-codec.js';
import { recordThrown, reviveDeclared } from './recorded-error.js';
import {
  asViolation,
  awaitsForeignPromise,
  callFromQuery,
  callOutsideTurn,
  engineTooOld,
  signalHandlerFailed,
  undoMappingFailed,
} from './rule-violations.js';
import type { SagaCalls, SagaDefinition, SagaLog, SagaProgram } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import { isOpenStep, SagaState, type StepCall } from './saga-state.js';

export interface ExecutionOptions {
  readonly definition: SagaDefinition;
  /** The id that the starter chose. */
  readonly id: string;
  /** The run's UUID: it seeds `uuid()` and `random()`. */
  readonly run: string;
  readonly idle: Idle;
  /** Characters of JSON that a payload may have. */
  readonly payloadLimit?: number;
  readonly log?: SagaLog;
  /** Told when the code breaks the rules between two turns, when nobody is looking; the next turn opens the incident. */
  readonly onViolation?: () => void;
}

/**
 * One instance of a saga, from a history to what should happen next. It says, it never does.
 *
 * 1. A call takes its number when it is made, synchronously (D2).
 * 2. Events reach the code one at a time, and the microtask queue drains between two; live and replay share that path (D3).
 * 3. What the code gets has been through the codec (D4).
 * 4. In a replay each decision must be the one that history has next; anything else is a violation (D5).
 * 5. A violation drops the decisions of its delivery, keeps the event that came in, and parks the instance (D5, D7).
 */
export class Execution implements SagaCalls {
  /** What the history adds up to. */
  state = new SagaState();
  readonly context: ExecutionContext;
  private readonly open = new OpenCalls();
  private program: SagaProgram | undefined;
  private readonly decisions = new DecisionQueue();
  private nextCall = 0;
  private at = 0;
  /** What the code is allowed now: to make calls, only to read, or nothing because no event is being delivered. */
  private mode: 'delivering' | 'reading' | 'between turns' = 'between turns';
  private violation: SagaError | undefined;
  private replaying = false;
  /** `run()` has settled: branches of the code that it did not wait for get no further. */
  private ended = false;

  constructor(private readonly options: ExecutionOptions) {
    this.context = new ExecutionContext(options.id, options.run, {
      now: () => this.at,
      sleep: (dueAt) => this.sleep(dueAt),
      until: (condition, dueAt) => this.until(condition, dueAt),
      log: (level, message, details) => {
        if (!this.replaying) options.log?.[level](message, details);
      },
    });
  }

  /** True while the code may not run: events are recorded for a later replay, not delivered. */
  get parked(): boolean {
    return this.violation !== undefined;
  }

  /** Feeds a recorded history. Check `parked` afterwards: then `turn` opens the incident. */
  async replay(turns: readonly Turn[]): Promise<void> {
    this.replaying = true;
    for (const turn of turns) {
      this.at = turn.at;
      for (const event of turn.events) {
        if (!this.parked) await this.follow(event);
      }
    }
    const undecided = turns.length === 1 && turns[0]!.events.length === 1;
    if (!undecided && !this.state.incident && !this.parked) this.mismatch(this.decisions.surplus());
    if (this.parked) this.state = SagaState.of(turns);
    this.replaying = false;
  }

  private async follow(recorded: HistoryEvent): Promise<void> {
    if (isDecision(recorded)) {
      this.mismatch(this.decisions.match(recorded));
      return;
    }
    // An incident dropped the decisions before it: the code makes them again, and history has them after its end.
    if (!this.state.incident) this.mismatch(this.decisions.surplus());
    if (!this.parked) await this.receive(recorded);
  }

  /**
   * Delivers events and answers the turn to append: what came in and what the code decided upon it.
   * Events after the one that ended the instance are left out; they are orphans. The iterable is read one event at a time,
   * each when the one before has been delivered, so that it may look at `state`.
   */
  async turn(at: number, incoming: Iterable<IncomingEvent>): Promise<Turn> {
    this.at = at;
    const events: HistoryEvent[] = [];
    this.park(events);
    if (!this.state.incident) events.push(...this.decisions.take());
    for (const event of incoming) {
      if (this.state.closed) break;
      events.push(event);
      if (this.parked) {
        this.state.apply(event, at);
        continue;
      }
      await this.receive(event);
      this.park(events);
      if (!this.state.incident) events.push(...this.decisions.take());
    }
    return { at, events };
  }

  /** Asks the code, without a trace in its history (law M2). @throws what the query throws */
  query(name: string, args: readonly unknown[]): unknown {
    if (!this.program) throw new SagaError('UNKNOWN_INSTANCE', 'The instance has not begun.');
    return this.reading(() =>
      decodePayload(encodePayload(this.program!.query(name, args), `the answer of query "${name}"`)),
    );
  }

  step(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.call(`step "${name}"`, () => {
      const input = args.map((arg, i) => this.encode(arg, `argument ${i + 1} of step "${name}"`));
      return this.schedule(name, input);
    });
  }

  violate(error: SagaError): void {
    if (this.violation || this.state.closed) return;
    this.violation = error;
    if (this.mode === 'between turns' && !this.replaying) this.options.onViolation?.();
  }

  private sleep(dueAt: number): Promise<unknown> {
    return this.call('a timer', () => {
      const call = this.nextCall++;
      this.decide({ type: 'TimerStarted', call, dueAt });
      return this.open.wait(call);
    });
  }

  private until(condition: () => boolean, dueAt: number | undefined): Promise<unknown> {
    return this.call('a wait', () => {
      if (this.reading(condition)) return Promise.resolve(true);
      const call = this.nextCall++;
      this.decide(dueAt === undefined ? { type: 'WaitStarted', call } : { type: 'WaitStarted', call, dueAt });
      return this.open.wait(call, () => this.reading(condition));
    });
  }

  private schedule(step: string, input: readonly Json[], undoes?: number): Promise<unknown> {
    const call = this.nextCall++;
    this.decide({ type: 'StepScheduled', call, step, input, ...(undoes === undefined ? {} : { undoes }) });
    return this.open.wait(call);
  }

  /** The gate of every call: after a violation the code gets no further, and a call at the wrong time is one. */
  private call(what: string, make: () => Promise<unknown>): Promise<unknown> {
    const { name } = this.options.definition;
    if (this.mode === 'reading') return rejected(callFromQuery(name, what));
    if (this.mode === 'between turns') this.violate(callOutsideTurn(name, what));
    if (this.parked || this.ended) return new Promise(() => undefined);
    try {
      return make();
    } catch (error) {
      return rejected(error);
    }
  }

  private decide(event: DecisionEvent): void {
    this.state.apply(event, this.at);
    this.decisions.push(event);
  }

  private park(events: HistoryEvent[]): void {
    if (!this.violation) return;
    this.decisions.take();
    const { code, what, advice } = this.violation;
    const known = this.state.incident;
    if (known && known.code === code) return;
    const opened: IncidentOpened = { type: 'IncidentOpened', code, message: advice ? `${what} ${advice}` : what };
    this.state.apply(opened, this.at);
    events.push(opened);
  }

  private mismatch(what: string | undefined): void {
    if (what !== undefined) this.violate(nonDeterministic(this.options.definition.name, this.options.id, what));
  }

  /** Delivers one event and lets the code go as far as it can (D3). */
  private async receive(event: IncomingEvent): Promise<void> {
    this.mode = 'delivering';
    try {
      this.state.apply(event, this.at);
      if (!this.deliver(event)) return;
      await this.options.idle.drained();
      while (!this.parked) {
        const wait = this.open.satisfied();
        if (!wait) break;
        this.state.satisfy(wait.call);
        if ('error' in wait) this.open.reject(wait.call, wait.error);
        else this.open.resolve(wait.call, true);
        await this.options.idle.drained();
      }
      this.expectProgress();
    } catch (error) {
      this.violate(asViolation(error));
    } finally {
      this.mode = 'between turns';
    }
  }

  /** Hands the event to the code; false when it does not concern the code. */
  private deliver(event: IncomingEvent): boolean {
    switch (event.type) {
      case 'SagaStarted':
        if (event.engine > ENGINE_RULES) throw engineTooOld(event.engine);
        this.program = this.options.definition.open(this);
        void this.run(event.input);
        return true;
      case 'StepCompleted':
        this.open.resolve(event.call, decodePayload(event.result));
        return true;
      case 'StepFailed':
        this.open.reject(event.call, this.failure(event.call, event.kind));
        return true;
      case 'StepOutcomeUnknown': {
        const { step } = this.state.step(event.call)!;
        this.open.reject(event.call, new StepUnknownError(step, event.attempts, event.error));
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
        if (this.state.phase === 'running') this.open.rejectAll(() => new SagaCancelledError(event.reason));
        return true;
      default:
        return false;
    }
  }

  private failure(call: number, kind: 'declared' | 'fatal'): Error {
    const { step, error } = this.state.step(call)!;
    if (kind === 'fatal') return new StepFailedError(step, error!);
    return reviveDeclared(error!, this.options.definition.steps.get(step)?.declared ?? new Map());
  }

  private signal(name: string, input: readonly Json[]): void {
    try {
      this.program!.signal(name, input.map(decodePayload));
    } catch (error) {
      this.violate(signalHandlerFailed(this.options.definition.name, name, error));
    }
  }

  /** The whole life of the code: run, and undo if it ends in an error (C2). */
  private async run(input: Json): Promise<void> {
    try {
      const result = this.encode(await this.program!.run(decodePayload(input)), 'the result of run()');
      if (this.mayEnd()) this.complete(result);
    } catch (error) {
      if (!this.mayEnd()) return;
      await this.compensate(error).catch((failure: unknown) => this.violate(asViolation(failure)));
    }
  }

  private complete(result: Json): void {
    const abandoned = [...this.state.calls.values()]
      .filter((call): call is StepCall => call.kind === 'step' && isOpenStep(call))
      .map(({ call }) => call);
    this.decide({ type: 'SagaCompleted', result, ...(abandoned.length > 0 ? { abandoned } : {}) });
  }

  private async compensate(thrown: unknown): Promise<void> {
    const { steps } = this.options.definition;
    const error = recordThrown(thrown, [...steps.values()].flatMap((step) => [...step.declared.values()]));
    const cancelled = this.state.cancelRequested;
    const plan = (): PlannedUndo | undefined => compensationPlan(this.options.definition, this.state)[0];
    if (!plan()) {
      this.decide(cancelled ? { type: 'SagaCancelled', error } : { type: 'SagaFailed', error });
      return;
    }
    this.decide({ type: 'CompensationStarted', error });
    this.open.abandonAll();
    for (let next = plan(); next; next = plan()) {
      if (next.pending) await this.settled(next.target);
      else await this.undo(next);
    }
    this.decide(cancelled ? { type: 'SagaCancelled', error } : { type: 'SagaCompensated', error });
  }

  /** Waits for a step that was still under way when compensation began, whatever becomes of it. */
  private settled(step: StepCall): Promise<unknown> {
    return this.open.wait(step.call).catch(() => undefined);
  }

  private undo({ target, compensation }: PlannedUndo): Promise<unknown> {
    const result = target.result === undefined ? undefined : decodePayload(target.result);
    const args = target.input.map(decodePayload);
    if (!this.options.definition.steps.get(compensation)?.command) {
      const input = [this.encode(result, `the result of step "${target.step}"`), ...target.input];
      return this.schedule(compensation, input, target.call);
    }
    try {
      const mapped = this.reading(() => this.program!.mapUndo(compensation, result, args));
      return this.schedule(compensation, [this.encode(mapped, `what ${compensation}() returned`)], target.call);
    } catch (error) {
      this.violate(undoMappingFailed(this.options.definition.name, compensation, error));
      return new Promise(() => undefined);
    }
  }

  /** False when the code has lost its say: after a violation, or when it went on by itself between two turns. */
  private mayEnd(): boolean {
    if (this.mode === 'between turns') this.violate(callOutsideTurn(this.options.definition.name, 'its end'));
    if (this.parked) return false;
    this.ended = true;
    return true;
  }

  private expectProgress(): void {
    if (this.state.closed || this.parked || this.open.size > 0) return;
    this.violate(awaitsForeignPromise(this.options.definition.name));
  }

  private encode(value: unknown, what: string): Json {
    return encodePayload(value, what, this.options.payloadLimit);
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

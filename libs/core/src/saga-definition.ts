import type { OnParentEnd } from './on-parent-end.js';
import type { DeclaredSchedule } from './declared-schedule.js';
import type { Duration } from './duration.js';
import type { Retention } from './retention.js';
import type { SagaError } from './saga-error.js';
import type { SagaScope } from './saga-scope.js';
import type { DynamicStep, StepDefinition } from './step-definition.js';
import type { TagChanges } from './tags.js';
import type { CompensationOrder } from './compensation-order.js';

/** What the code of one instance may ask of the engine. Calls get their numbers here, synchronously (law D2). */
export interface SagaCalls {
  readonly context: SagaContext;
  /** Asks for a step. The promise settles from history. */
  step(name: string, args: readonly unknown[]): Promise<unknown>;
  /** Asks for a step that the code makes up as it goes. */
  dynamicStep(step: DynamicStep, args: readonly unknown[]): Promise<unknown>;
  /** Starts a child, and waits for its end (law C6). */
  child(saga: SagaDefinition, input: unknown, options: ChildOptions): Promise<unknown>;
  /** Publishes an event; there is nothing to wait for (law M6). */
  emit(event: string, payload: unknown, key?: string): void;
  /** Waits for a cue. The promise settles with its payload, or with undefined when the time was up. */
  waitFor(event: string, where: unknown, timeout?: Duration): Promise<unknown>;
  /** Reports that the code did what a saga may not do. The instance is parked with this error, whatever the code does next. */
  violate(error: SagaError): void;
}

export interface ChildOptions {
  /** The child's id; by default made from the parent's id and the number of the call. */
  readonly id?: string;
  /**
   * What becomes of the child when the parent is cancelled, is undone, or ends before it: it is cancelled and waited for (`cancel`, the
   * default), ends at once and what it did stays (`terminate`), or goes on by itself and is never undone (`abandon`). One that has
   * completed by then is undone with its parent, unless it was let go (`abandon`).
   */
  readonly onParentEnd?: OnParentEnd;
}

/** The code of one instance: a fresh object, rebuilt by replay (law D6). */
export interface SagaProgram {
  run(input: unknown): Promise<unknown>;
  signal(name: string, args: readonly unknown[]): void;
  query(name: string, args: readonly unknown[]): unknown;
  /** Handles an update; may make calls. */
  update(name: string, args: readonly unknown[]): Promise<unknown>;
  /** Throws what speaks against an update. Only reads. */
  validateUpdate(name: string, args: readonly unknown[]): void;
  /** The input of a remote compensation, from the mapping method. `result` is undefined when the step's outcome is unknown. */
  mapUndo(compensation: string, result: unknown, args: readonly unknown[]): unknown;
}

/** Everything the engine knows of a saga class. */
export interface SagaDefinition {
  readonly name: string;
  readonly version: number;
  /** Forward steps, compensations and verifications, by name. */
  readonly steps: ReadonlyMap<string, StepDefinition>;
  readonly signals: ReadonlySet<string>;
  readonly queries: ReadonlySet<string>;
  /** How long ended instances are kept; without it the engine's default holds. */
  readonly retention?: Retention;
  /** The events that start an instance (law M6). */
  readonly startsOn?: readonly StartingEvent[];
  /** The schedules that stand on the class. */
  readonly schedules?: readonly DeclaredSchedule[];
  readonly updates: ReadonlySet<string>;
  /** In which order steps are undone. Default `sequential`. */
  readonly compensation?: CompensationOrder;
  /** Checks and completes an input before anything is stored; rejects with `INVALID_INPUT`. */
  validate(input: unknown): Promise<unknown>;
  open(calls: SagaCalls): SagaProgram;
}

/** An event that starts an instance of a saga. */
export interface StartingEvent {
  readonly event: string;
  /** The id of the instance: a cue whose id is taken starts nothing. */
  id(payload: unknown): string;
  /** What `run()` gets. */
  input(payload: unknown): unknown;
}

export interface ContinueOptions {
  readonly version?: number;
}

/** Handed to `run()`. Everything here comes from history, so that a replay sees the same (law D7). */
export interface SagaContext {
  /** The id that the starter chose. */
  readonly id: string;
  /** The time of the current turn: the same in every replay. */
  now(): Date;
  /** A UUID (version 4) from a generator that is seeded by the run: the same in every replay. */
  uuid(): string;
  /** A number from 0 to below 1, the same in every replay. Not for secrets. */
  random(): number;
  /** Waits durably: the due time is absolute and survives crashes and deploys (law M4). */
  sleep(duration: Duration): Promise<void>;
  /**
   * Waits until the condition holds. It is looked at after every event, so it may read fields that signals change.
   * @returns true when it holds, false when the timeout came first
   */
  until(condition: () => boolean, timeout?: Duration): Promise<boolean>;
  /**
   * Runs a part of the code that can be cancelled by itself (law C7): everything asked for in it, also in functions that it calls, belongs
   * to its scope. Settles as the body does.
   * @example
   * const offer = await saga.scope(async (scope) => {
   *   const first = await Promise.race([this.ask('a'), this.ask('b')]);
   *   scope.cancel('one offer is enough');
   *   return first;
   * });
   */
  scope<T>(body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T>;
  /**
   * Runs a part of the code that no cancellation from outside of it reaches: not one of the instance, nor of a scope around it (law C7). A
   * cancellation of the instance that nothing else was there to hear of is thrown by the next call after it. Await it: `run()` does not
   * wait for it at its end.
   * @example try { … } finally { await saga.shielded(() => this.release()); }
   */
  shielded<T>(body: () => T | PromiseLike<T>): Promise<T>;
  /**
   * Runs a part of the code in a scope that is cancelled when the time is up (law C7). A body that hears of it then has its `finally`
   * blocks to run, and one that catches it may still return something.
   * @throws SagaTimeoutError when the body ended because of that; SagaError `INVALID_DURATION`
   * @example const price = await saga.withTimeout('30s', () => this.quote(order));
   */
  withTimeout<T>(limit: Duration, body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T>;
  /**
   * Undoes what was done so far, newest step first, and lets `run()` go on (law C2). Waits for steps that are still under way. What
   * is undone here is not undone again when the saga fails later.
   */
  compensate(): Promise<void>;
  /**
   * Sets tags, by which the instance can be found, beside those of its start; `null` takes one away. They show when the turn is durable.
   * @throws SagaError `INVALID_TAG`, also for more than 50 different names
   * @example saga.tag({ customer: order.customer, total: order.total, dueAt: new Date(order.due), draft: null })
   */
  tag(changes: TagChanges): void;
  /**
   * True when the code has to take a new way, false when it is replayed on the old one (law D8). It branches inside one version of the
   * saga: runs that are past this place stay on the old way, all others take the new. Remove it in two steps: when no old run is left,
   * `deprecatePatch(id)` in its place; when none is left that was patched, nothing.
   * @example const fee = saga.patched('free-shipping') ? 0 : await this.fee(order);
   */
  patched(id: string): boolean;
  /** Stands where `patched(id)` stood when its old way is gone. */
  deprecatePatch(id: string): void;
  /**
   * Ends this run and begins another under the same id with a new history: for loops without an end. Signals that are not delivered yet go
   * to the new run, its tags and its parent stay; steps of this run are not undone by the new one. Await it: it never returns.
   * @param input what the new `run()` gets
   * @param options.version the version of the saga that goes on; this one's by default
   * @example if (saga.historyLength > 2_000) await saga.continueAsNew({ next: page + 1 });
   */
  continueAsNew(input?: unknown, options?: ContinueOptions): Promise<never>;
  /** How many events this run has so far: the same in every replay. */
  readonly historyLength: number;
  /** True when no handler of an update is under way. For `until()`, before `run()` ends. */
  readonly handlersFinished: boolean;
  /** Logs, but not again while replaying. */
  readonly log: SagaLog;
}

export interface SagaLog {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
}

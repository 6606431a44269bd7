import type { SagaStatus } from 'reprise/core';
import type {
  QueryName,
  SagaClass,
  SagaInput,
  SignalName,
  StepInput,
  StepResult,
  UpdateName,
} from 'reprise/decorators';
import type { SagaControl, SagaEngine, StartOptions } from 'reprise/runtime';

/** How an instance ended. */
export interface End {
  readonly status: SagaStatus;
  readonly result?: unknown;
  /** The message of the error it ended in. */
  readonly error?: string;
  /** The steps that were taken back, in order. */
  readonly compensated?: readonly string[];
}

type Answer<F> = F extends (...args: never[]) => infer R ? R : never;

/** That an instance begins later than it is started. */
export type Later = Pick<StartOptions, 'delay' | 'debounce' | 'maxWait'>;

/** What the driver of a scenario can do, whatever runs the sagas: a process in memory and in virtual time, or workers over PostgreSQL. */
export interface Client {
  /** A name that nobody else in the database has. All other methods take the short name. */
  id(name: string): string;
  /** So many days of the scenario, in milliseconds: days in virtual time, a moment in real time. */
  days(count: number): number;
  start<T>(saga: SagaClass<T>, input: SagaInput<T>, name: string, later?: Later): Promise<void>;
  signal<T>(saga: SagaClass<T>, name: string, signal: SignalName<T>, ...args: unknown[]): Promise<void>;
  update<T, K extends UpdateName<T>>(
    saga: SagaClass<T>,
    name: string,
    update: K,
    ...args: StepInput<T[K]>
  ): Promise<StepResult<T[K]>>;
  /** The same with a key of the sender's own: sent again with it, it is not done again. */
  updateAs<T, K extends UpdateName<T>>(
    key: string,
    saga: SagaClass<T>,
    name: string,
    update: K,
    ...args: StepInput<T[K]>
  ): Promise<StepResult<T[K]>>;
  query<T, K extends QueryName<T>>(saga: SagaClass<T>, name: string, query: K): Promise<Answer<T[K]>>;
  cancel(name: string, reason: string): Promise<void>;
  /** What a person does. @param act gets the call that the step was last scheduled as, too, if one is named */
  operate(
    name: string,
    act: (control: SagaControl, id: string, call: number) => Promise<void>,
    step?: string,
  ): Promise<void>;
  /** Asks an engine for what there is no word here; again if its process dies meanwhile. */
  act<T>(what: (engine: SagaEngine) => Promise<T>): Promise<T>;
  status(name: string): Promise<SagaStatus>;
  /** Waits until it is so: time passes as far as it must. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Waits for the end of an instance. */
  end<T>(saga: SagaClass<T>, name: string): Promise<End>;
  /** Does the same for many names: one after the other in memory, side by side over PostgreSQL. Answers in the order of the names. */
  each<T>(names: readonly string[], what: (name: string) => Promise<T>): Promise<T[]>;
  /** From now on processes run these providers of the scenario, and no others. */
  deploy(...providers: readonly object[]): Promise<void>;
}

import { SagaError, type Duration, type InstanceSummary, type SagaDefinition, type Turn } from 'reprise/core';
import {
  registeredSagas,
  sagaDefinition,
  sagaRecordOf,
  type QueryName,
  type RunnableSaga,
  type SagaClass,
  type SagaResult,
  type SignalName,
  type StepInput,
  type StepResult,
  type UpdateName,
} from 'reprise/decorators';
import type { SagaEngine } from 'reprise/runtime';
import { messageName } from './message-name.js';
import type { TransactionManager } from './transaction-manager.js';

type Answer<F> = F extends (...args: never[]) => infer Result ? Result : never;

/** How a handle sends what it sends. */
export interface SendOptions {
  /** The sender's own key: what is sent again with it is delivered once. */
  readonly key?: string;
  /** Sends inside this transaction: it is sent when the transaction commits, and not at all if it rolls back (law S9). */
  readonly manager?: TransactionManager;
}

/** An update that was accepted. */
export interface SagaUpdate<Result> {
  /** The key of its message: whoever sends the update again with it gets the same answer. */
  readonly key: string;
  /**
   * What its handler answered.
   * @throws SagaUpdateError `UPDATE_FAILED`, SagaError `RESULT_TIMED_OUT`, `SHUTTING_DOWN`
   */
  result(options?: { readonly timeout?: Duration }): Promise<Result>;
}

/** One instance of a saga, by its id. Getting a handle asks nothing of the store. */
export class SagaHandle<T extends RunnableSaga> {
  constructor(
    /** The id that the starter chose. */
    readonly id: string,
    private readonly sagaClass: SagaClass<T>,
    private readonly engine: () => Promise<SagaEngine>,
    private readonly sending: SendOptions = {},
  ) {}

  /**
   * The same instance, signalled with a key of yours or inside a transaction of yours.
   * @example await handle.with({ key: `payment-${payment.id}` }).signal('paid', payment.amount);
   */
  with(options: SendOptions): SagaHandle<T> {
    return new SagaHandle(this.id, this.sagaClass, this.engine, { ...this.sending, ...options });
  }

  /**
   * What `run()` returned, as soon as it has.
   * @param options.timeout how long to wait; without it, as long as it takes
   * @throws SagaFailedError when the saga failed or was undone (its `cause` is the error of `run()`), SagaCancelledError, SagaError
   *   `UNKNOWN_INSTANCE`, `RESULT_TIMED_OUT`, `SHUTTING_DOWN`
   */
  async result(options: { readonly timeout?: Duration } = {}): Promise<SagaResult<T>> {
    const engine = await this.engine();
    return (await engine.result(this.id, {
      ...options,
      definition: sagaDefinition(this.sagaClass),
    })) as SagaResult<T>;
  }

  /**
   * Sends a signal; durable when it resolves (law M1).
   * @throws SagaError `UNKNOWN_SIGNAL`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `NOT_SERIALISABLE`
   */
  async signal<Name extends SignalName<T>>(name: Name, ...args: StepInput<T[Name]>): Promise<void> {
    const engine = await this.engine();
    const sent = messageName(this.sagaClass, 'signal', name);
    await engine.signal(this.id, sent, args, this.sending);
  }

  /**
   * Sends an update and waits for its answer (law M3). With `with({ key })` it may be sent again: it is done once, and answered the same.
   * @throws SagaUpdateError when its validator rejected it (`UPDATE_REJECTED`) or its handler threw (`UPDATE_FAILED`), with what was
   *   thrown as `cause`; SagaError `UNKNOWN_UPDATE`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `INSTANCE_PARKED`, `UPDATE_NOT_ACCEPTED`
   */
  async update<Name extends UpdateName<T>>(name: Name, ...args: StepInput<T[Name]>): Promise<StepResult<T[Name]>> {
    return (await this.startUpdate(name, ...args)).result();
  }

  /** As `update`, but resolves when the update is accepted, which is durable; its answer is asked for with `result()`. */
  async startUpdate<Name extends UpdateName<T>>(
    name: Name,
    ...args: StepInput<T[Name]>
  ): Promise<SagaUpdate<StepResult<T[Name]>>> {
    const engine = await this.engine();
    const sent = messageName(this.sagaClass, 'update', name);
    const definition = this.definitionFor(await engine.describe(this.id));
    const { key } = this.sending;
    return (await engine.update(definition, this.id, sent, args, key === undefined ? {} : { key })) as SagaUpdate<
      StepResult<T[Name]>
    >;
  }

  /**
   * Asks the instance, running or ended; changes nothing (law M2).
   * @throws SagaError `UNKNOWN_QUERY`, `UNKNOWN_INSTANCE`, `UNKNOWN_SAGA` when this process has no class of the instance's version,
   *   and what the query throws
   */
  async query<Name extends QueryName<T>>(name: Name, ...args: StepInput<T[Name]>): Promise<Answer<T[Name]>> {
    const engine = await this.engine();
    const asked = messageName(this.sagaClass, 'query', name);
    const definition = this.definitionFor(await engine.describe(this.id));
    return (await engine.query(definition, this.id, asked, args)) as Answer<T[Name]>;
  }

  /** Asks the instance to end: what it waits for throws, and its steps are undone (law C7). */
  async cancel(reason?: string): Promise<void> {
    await (await this.engine()).cancel(this.id, reason);
  }

  /**
   * Lets an instance in an incident try again.
   * @param by who says so, for the record
   */
  async resume(by: string): Promise<void> {
    await (await this.engine()).resume(this.id, by);
  }

  /**
   * Where the instance stands, without reading its history.
   * @throws SagaError `UNKNOWN_INSTANCE`
   */
  async describe(): Promise<InstanceSummary> {
    return (await this.engine()).describe(this.id);
  }

  /** Everything that happened to it, turn by turn. */
  async history(): Promise<Turn[]> {
    return (await this.engine()).history(this.id);
  }

  /** An instance is asked with the class of the version that it began with (law D8). */
  private definitionFor({ saga, version }: InstanceSummary): SagaDefinition {
    const own = sagaDefinition(this.sagaClass);
    if (own.name === saga && own.version === version) return own;
    if (own.name !== saga) {
      throw new SagaError(
        'UNKNOWN_INSTANCE',
        `Instance "${this.id}" is of saga "${saga}", not of "${own.name}".`,
        'Ask through the client of its own saga.',
      );
    }
    const other = registeredSagas().find((candidate) => {
      const record = sagaRecordOf(candidate);
      return record?.name === saga && record.version === version;
    });
    if (other) return sagaDefinition(other);
    throw new SagaError(
      'UNKNOWN_SAGA',
      `Instance "${this.id}" runs version ${version} of saga "${saga}", of which this process has no class.`,
      'Ask a process that has it, or load the class here as well.',
    );
  }
}

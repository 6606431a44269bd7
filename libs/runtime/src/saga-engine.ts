import {
  milliseconds,
  shardOf,
  type Duration,
  type HistoryStore,
  type InstanceSummary,
  type SagaDefinition,
  type Turn,
} from 'reprise/core';
import { Completions } from './completions.js';
import { encodedStore } from './codec/encoded-store.js';
import { askQuery } from './ask-query.js';
import { engineHealth, type EngineHealth } from './engine-health.js';
import type { EngineOptions, SignalOptions, StartOptions, UpdateOptions } from './engine-options.js';
import { HostedSagas, type HostedSaga } from './hosted-saga.js';
import type { AcceptedUpdate } from './messenger.js';
import { OpenEngine } from './open-engine.js';
import { PublishedCues } from './published-cues.js';
import { notOpen } from './refused-message.js';
import { unknownInstance } from './result-watch.js';
import { signalWithStart, updateWithStart } from './send-with-start.js';
import { Schedules } from './schedules.js';
import { SagaControl } from './saga-control.js';
import { SagaQueries } from './saga-queries.js';
import { SagaLimits } from './saga-limits.js';

/** Starts sagas, runs those that are hosted here, and talks to all of them. */
export class SagaEngine {
  private readonly store: HistoryStore;
  private readonly sagas = new HostedSagas();
  /** Starts sagas again and again, by the calendar (law M7). */
  readonly schedules = new Schedules(this, this.options, this.sagas);
  /** Limits and pauses of steps, for all workers over the store. Usable when the engine is open. */
  readonly limits = new SagaLimits(this.sagas, () => (void this.running, this.store.limits));
  /** Ends steps from outside, by their tokens. Usable when the engine is open. */
  readonly completions = new Completions(this.options.payloadLimit, this.describe.bind(this), (id, message) =>
    this.running.messenger.post(id, message),
  );
  /** What operators do to instances. Usable when the engine is open. */
  readonly control = new SagaControl({
    payloadLimit: this.options.payloadLimit,
    describe: this.describe.bind(this),
    messenger: () => this.running.messenger,
    branches: () => this.running.branches,
    queries: () => (void this.running, new SagaQueries(this.store)),
  });
  /** Events that no instance emits, and dead letters (law M6). Usable when the engine is open. */
  readonly cues = new PublishedCues(
    () => this.running.cues,
    () => (void this.running, this.store.cues),
  );
  private parts: OpenEngine | undefined;
  private endTroubles: (() => void) | undefined;
  private state: 'new' | 'open' | 'closed' = 'new';

  constructor(private readonly options: EngineOptions) {
    this.store = encodedStore(options.store, options.codec);
  }

  /** Adds a saga that this process can run; before `open()`. A process that hosts none is a pure client. */
  host(saga: HostedSaga): void {
    this.sagas.add(saga);
  }

  /** Opens the store, connects the transport, and starts the worker if sagas are hosted. */
  async open(): Promise<void> {
    this.endTroubles ??= this.store.onTrouble?.(({ what, advice }) => this.options.log?.warn(`${what} ${advice}`));
    await this.store.open();
    await this.schedules.declare();
    await this.options.transport?.connect();
    this.parts = new OpenEngine(this.store, this.options, this.sagas, (id) => this.schedules.ended(id));
    await this.parts.start();
    this.state = 'open';
    this.schedules.begin();
  }

  /** Law W4: stops claiming, lets attempts finish within the grace time (default 10 s), gives the rest back. */
  async close(grace: Duration = '10s'): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'closed';
    this.schedules.halt();
    await this.parts!.stop(milliseconds(grace));
    await this.options.transport?.close();
    await this.store.close();
    this.endTroubles?.();
  }

  /** Stops at once and signs off nowhere, as a crash would; for tests of recovery. */
  async crash(): Promise<void> {
    this.state = 'closed';
    this.schedules.halt();
    this.parts?.halt();
    await this.options.transport?.close();
  }

  /** True while something moves in this process that is not a wait for time or messages. */
  get busy(): boolean {
    return (this.parts?.worker?.busy ?? false) || (this.parts?.cues.busy ?? false);
  }

  /** How many instances are in this process's memory. */
  get resident(): number {
    return this.parts?.worker?.size ?? 0;
  }

  /** Whether this process can do its part. Never rejects. @param timeout how long the store may take. Default 1 s */
  async health(timeout: Duration = '1s'): Promise<EngineHealth> {
    return engineHealth(this.store, this.parts?.worker, milliseconds(timeout));
  }

  /**
   * Starts an instance; durable when it resolves with the id.
   * @throws SagaError `INVALID_INPUT`, `INVALID_ID`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `DUPLICATE_ID`, `SHUTTING_DOWN`,
   *   `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`, `STORE_UNAVAILABLE` when the store did not confirm it within `startTimeout`
   */
  async start(definition: SagaDefinition, input: unknown, options: StartOptions = {}): Promise<string> {
    return (await this.running.starter.start(definition, input, options)).id;
  }

  /**
   * Starts an instance that gets a signal before `run()` begins; one that is open under the id already gets it as any other. A closed
   * one is restarted unless `onClosed` says otherwise.
   * @throws as `start` and `signal`
   */
  async signalWithStart(
    definition: SagaDefinition,
    input: unknown,
    signal: { readonly name: string; readonly args: readonly unknown[]; readonly key?: string },
    options: StartOptions = {},
  ): Promise<string> {
    return signalWithStart(this.running.starter, this.running.messenger, definition, input, signal, options);
  }

  /**
   * Sends an update to the instance with this id, which is started if there is none. A closed one is restarted unless `onClosed` says
   * otherwise. Resolves when the update is accepted.
   * @throws as `start` and `update`
   */
  async updateWithStart(
    definition: SagaDefinition,
    input: unknown,
    update: { readonly name: string; readonly args: readonly unknown[]; readonly key?: string },
    options: Omit<StartOptions, 'manager'> = {},
  ): Promise<AcceptedUpdate & { readonly id: string }> {
    return updateWithStart(this.running.starter, this.running.messenger, definition, input, update, options);
  }

  /**
   * The result of the newest run of `id`, once it has ended.
   * @throws SagaFailedError, SagaCancelledError, SagaError `UNKNOWN_INSTANCE`, `RESULT_TIMED_OUT`, `SHUTTING_DOWN`
   */
  async result(
    id: string,
    options: { readonly timeout?: Duration; readonly definition?: SagaDefinition } = {},
  ): Promise<unknown> {
    const timeout = options.timeout === undefined ? undefined : milliseconds(options.timeout);
    const { results, worker } = this.running;
    const local = worker?.holds(id) ?? false;
    const outcome = await results.outcome(id, options.definition, local, timeout);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }

  /**
   * Sends a signal; durable when it resolves (law M1).
   * @throws SagaError `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `NOT_SERIALISABLE`, `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`
   */
  async signal(id: string, name: string, args: readonly unknown[], options: SignalOptions = {}): Promise<void> {
    await this.running.messenger.signal(id, name, args, options);
  }

  /**
   * Sends an update (law M3); resolves when it is accepted, which is durable.
   * @throws SagaUpdateError `UPDATE_REJECTED`; SagaError `UNKNOWN_UPDATE`, `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `INSTANCE_PARKED`,
   *   `NOT_SERIALISABLE`, `UPDATE_NOT_ACCEPTED`
   */
  async update(
    definition: SagaDefinition,
    id: string,
    name: string,
    args: readonly unknown[],
    options: UpdateOptions = {},
  ): Promise<AcceptedUpdate> {
    return this.running.messenger.update(definition, id, name, args, options);
  }

  /** Asks the instance to end: its current wait throws `SagaCancelledError`, compensations run (law C7). */
  async cancel(id: string, reason = ''): Promise<void> {
    await this.running.messenger.cancel(id, reason);
  }

  /** Lets an instance in an incident try again. @param by who says so, for the record */
  async resume(id: string, by: string): Promise<void> {
    await this.running.messenger.resume(id, by);
  }

  /**
   * Asks the instance's code, wherever it runs and also after its end; leaves no trace (law M2).
   * @throws SagaError `UNKNOWN_INSTANCE`, `UNKNOWN_QUERY`, and what the query throws
   */
  async query(definition: SagaDefinition, id: string, name: string, args: readonly unknown[]): Promise<unknown> {
    const { store } = this;
    const { idle, worker } = this.running;
    return askQuery(
      { store, idle, resident: (run) => worker?.resident(run) },
      definition,
      await this.describe(id),
      name,
      args,
    );
  }

  /** What is known of the newest run of `id`. @throws SagaError `UNKNOWN_INSTANCE` */
  async describe(id: string): Promise<InstanceSummary> {
    void this.running;
    const found = await this.store.find(shardOf(id), id);
    if (!found) throw unknownInstance(id);
    return found;
  }

  /** Everything that happened to the newest run of `id`. */
  async history(id: string): Promise<Turn[]> {
    return this.store.history((await this.describe(id)).key);
  }

  /** @throws SagaError `SHUTTING_DOWN` */
  private get running(): OpenEngine {
    if (this.state !== 'open') throw notOpen(this.state);
    return this.parts!;
  }
}

import {
  decodePayload,
  encodePayload,
  Execution,
  milliseconds,
  SagaError,
  shardOf,
  type CallerTransaction,
  type Clock,
  type Duration,
  type HistoryStore,
  type Idle,
  type InstanceSummary,
  type Message,
  type SagaDefinition,
  type Turn,
} from 'reprise/core';
import { Completions } from './completions.js';
import { spanOf, type EngineOptions, type SignalOptions, type StartOptions } from './engine-options.js';
import { encodedStore } from './codec/encoded-store.js';
import { redactionOf, SILENT, type EngineLog } from './engine-log.js';
import { GroupCommit } from './group-commit.js';
import { Housekeeping } from './housekeeping.js';
import { HostedSagas, type HostedSaga } from './hosted-saga.js';
import { InstanceStarter } from './instance-starter.js';
import { NodeIdle } from './node-idle.js';
import { outcomeOf } from './outcome.js';
import { expectAccepted, notOpen } from './refused-message.js';
import { ResultWatch, unknownInstance } from './result-watch.js';
import { Schedules } from './schedules.js';
import { SagaLimits } from './saga-limits.js';
import { surviveStrayRejections } from './stray-rejections.js';
import { SystemClock } from './system-clock.js';
import { uuidV7 } from './uuid-v7.js';
import { Worker } from './worker.js';

/** Starts sagas, runs those that are hosted here, and talks to all of them. */
export class SagaEngine {
  private readonly store: HistoryStore;
  private readonly clock: Clock;
  private readonly idle: Idle;
  private readonly log: EngineLog;
  private readonly sagas = new HostedSagas();
  /** Starts sagas again and again, by the calendar (law M7). */
  readonly schedules = new Schedules(this, this.options, this.sagas);
  /** Limits and pauses of steps, for all workers over the store. Usable when the engine is open. */
  readonly limits = new SagaLimits(this.sagas, () => (this.expectOpen(), this.store.limits));
  readonly completions = new Completions(this.options.payloadLimit, this.describe.bind(this), this.post.bind(this));
  private readonly poll: number;
  private worker: Worker | undefined;
  private housekeeping: Housekeeping | undefined;
  private results: ResultWatch | undefined;
  private unowned: GroupCommit | undefined;
  private starter: InstanceStarter | undefined;
  private endSurvival: (() => void) | undefined;
  private state: 'new' | 'open' | 'closed' = 'new';

  constructor(private readonly options: EngineOptions) {
    this.store = encodedStore(options.store, options.codec);
    this.clock = options.clock ?? new SystemClock();
    this.idle = options.idle ?? new NodeIdle();
    this.log = options.log ?? SILENT;
    this.poll = spanOf(options.poll ?? '1s');
  }

  /** Adds a saga that this process can run; before `open()`. A process that hosts none is a pure client. */
  host(saga: HostedSaga): void {
    this.sagas.add(saga);
  }

  /** Opens the store, connects the transport, and starts the worker if sagas are hosted. */
  async open(): Promise<void> {
    await this.store.open();
    await this.schedules.declare();
    await this.options.transport?.connect();
    this.results = new ResultWatch(this.store, this.clock, this.poll);
    this.unowned = new GroupCommit(this.store, undefined, 1, this.clock, this.log);
    if (this.sagas.size > 0) {
      this.endSurvival = surviveStrayRejections(this.log);
      await this.startWorker();
    }
    this.starter = new InstanceStarter({
      store: this.store,
      clock: this.clock,
      sagas: this.sagas,
      payloadLimit: this.options.payloadLimit,
      newRun: this.options.newRun ?? uuidV7,
      timeout: milliseconds(this.options.startTimeout ?? '30s'),
      worker: this.worker,
      unowned: this.unowned,
    });
    this.state = 'open';
    this.schedules.begin();
  }

  /** Law W4: stops claiming, lets attempts finish within the grace time (default 10 s), gives the rest back. */
  async close(grace: Duration = '10s'): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'closed';
    this.schedules.halt();
    await this.worker?.stop(milliseconds(grace));
    await this.housekeeping?.stop();
    await this.letGo();
    await this.store.close();
  }

  /** Stops at once and signs off nowhere, as a crash would; for tests of recovery. */
  async crash(): Promise<void> {
    this.state = 'closed';
    this.schedules.halt();
    this.worker?.halt();
    void this.housekeeping?.stop();
    await this.letGo();
  }

  /** True while something moves in this process that is not a wait for time or messages. */
  get busy(): boolean {
    return this.worker?.busy ?? false;
  }

  /** How many instances are in this process's memory. */
  get resident(): number {
    return this.worker?.size ?? 0;
  }

  /**
   * Starts an instance; durable when it resolves with the id.
   * @throws SagaError `INVALID_INPUT`, `INVALID_ID`, `NOT_SERIALISABLE`, `PAYLOAD_TOO_LARGE`, `DUPLICATE_ID`, `SHUTTING_DOWN`,
   *   `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`, `STORE_UNAVAILABLE` when the store did not confirm it within `startTimeout`
   */
  async start(definition: SagaDefinition, input: unknown, options: StartOptions = {}): Promise<string> {
    this.expectOpen();
    return this.starter!.start(definition, input, options);
  }

  /**
   * The result of the newest run of `id`, once it has ended.
   * @throws SagaFailedError, SagaCancelledError, SagaError `UNKNOWN_INSTANCE`, `RESULT_TIMED_OUT`, `SHUTTING_DOWN`
   */
  async result(
    id: string,
    options: { readonly timeout?: Duration; readonly definition?: SagaDefinition } = {},
  ): Promise<unknown> {
    this.expectOpen();
    const timeout = options.timeout === undefined ? undefined : milliseconds(options.timeout);
    const outcome = await this.results!.outcome(id, options.definition, this.worker?.holds(id) ?? false, timeout);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }

  /**
   * Sends a signal; durable when it resolves (law M1).
   * @throws SagaError `UNKNOWN_INSTANCE`, `INSTANCE_CLOSED`, `NOT_SERIALISABLE`, `NOT_IN_TRANSACTION`, `FOREIGN_TRANSACTION`
   */
  async signal(id: string, name: string, args: readonly unknown[], options: SignalOptions = {}): Promise<void> {
    const input = args.map((arg, i) =>
      encodePayload(arg, `argument ${i + 1} of signal "${name}"`, this.options.payloadLimit),
    );
    await this.post(id, { id: options.key ?? uuidV7(), kind: 'signal', name, input }, options.manager);
  }

  /** Asks the instance to end: its current wait throws `SagaCancelledError`, compensations run (law C7). */
  async cancel(id: string, reason = ''): Promise<void> {
    await this.post(id, { id: uuidV7(), kind: 'cancel', name: reason, input: [] });
  }

  /** Lets an instance in an incident try again. @param by who says so, for the record */
  async resume(id: string, by: string): Promise<void> {
    await this.post(id, { id: uuidV7(), kind: 'resume', name: by, input: [] });
  }

  /**
   * Asks the instance's code, wherever it runs and also after its end; leaves no trace (law M2).
   * @throws SagaError `UNKNOWN_INSTANCE`, `UNKNOWN_QUERY`, and what the query throws
   */
  async query(definition: SagaDefinition, id: string, name: string, args: readonly unknown[]): Promise<unknown> {
    this.expectOpen();
    if (!definition.queries.has(name)) {
      const known = [...definition.queries].join(', ') || 'none';
      throw new SagaError('UNKNOWN_QUERY', `Saga "${definition.name}" has no query "${name}".`, `It has: ${known}.`);
    }
    const summary = await this.describe(id);
    const copies = args.map((arg, i) => decodePayload(encodePayload(arg, `argument ${i + 1} of query "${name}"`)));
    const resident = this.worker?.resident(summary.key.run);
    if (resident) {
      await new Promise<void>((resolve) => resident.whenQuiet(resolve));
      return resident.execution.query(name, copies);
    }
    const execution = new Execution({ definition, id, run: summary.key.run, idle: this.idle });
    await execution.replay(await this.store.history(summary.key));
    return execution.query(name, copies);
  }

  /** What is known of the newest run of `id`. @throws SagaError `UNKNOWN_INSTANCE` */
  async describe(id: string): Promise<InstanceSummary> {
    this.expectOpen();
    const found = await this.store.find(shardOf(id), id);
    if (!found) throw unknownInstance(id);
    return found;
  }

  /** Everything that happened to the newest run of `id`. */
  async history(id: string): Promise<Turn[]> {
    return this.store.history((await this.describe(id)).key);
  }

  private async startWorker(): Promise<void> {
    this.housekeeping = new Housekeeping(this.options, this.clock, this.log, this.sagas.definitions());
    this.worker = new Worker({
      store: this.store,
      transport: this.options.transport,
      clock: this.clock,
      idle: this.idle,
      log: this.log,
      sagas: this.sagas,
      payloadLimit: this.options.payloadLimit,
      redacted: redactionOf(this.options.redact),
      lease: spanOf(this.options.lease ?? '10s'),
      poll: this.poll,
      keep: milliseconds(this.options.keep ?? '5s'),
      capacity: this.options.capacity ?? 10_000,
      lanes: this.options.lanes ?? 2,
      onClosed: ({ id, hosted }, events) => {
        const outcome = outcomeOf(id, events, hosted.definition);
        if (outcome) this.results!.ended(id, outcome);
        this.schedules.ended(id);
      },
    });
    await this.worker.start();
    this.housekeeping.start();
  }

  private async post(id: string, message: Message, manager?: CallerTransaction): Promise<void> {
    this.expectOpen();
    const store = manager ? this.store.within(manager) : this.store;
    expectAccepted(id, message, await store.post(shardOf(id), id, message));
    this.worker?.look();
  }

  private async letGo(): Promise<void> {
    this.endSurvival?.();
    this.results?.close();
    this.unowned?.stop();
    await this.options.transport?.close();
  }

  private expectOpen(): void {
    if (this.state !== 'open') throw notOpen(this.state);
  }
}

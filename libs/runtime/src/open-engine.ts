import { milliseconds, type Clock, type HistoryStore, type Idle } from 'reprise/core';
import { Branches } from './branches.js';
import { redactionOf, SILENT, type EngineLog } from './engine-log.js';
import { spanOf, type EngineOptions } from './engine-options.js';
import { CueDesk } from './cue-desk.js';
import { EngineSteps } from './engine-steps.js';
import { GroupCommit } from './group-commit.js';
import type { HostedSagas } from './hosted-saga.js';
import { Housekeeping } from './housekeeping.js';
import { InstanceStarter } from './instance-starter.js';
import { Messenger } from './messenger.js';
import { NodeIdle } from './node-idle.js';
import { outcomeOf } from './outcome.js';
import { Relay } from './relay.js';
import { ReplyWatch } from './reply-watch.js';
import { ResultWatch } from './result-watch.js';
import { surviveStrayRejections } from './stray-rejections.js';
import { SystemClock } from './system-clock.js';
import { uuidV7 } from './uuid-v7.js';
import { Worker } from './worker.js';

/** The parts of an engine that is open, and the order in which they begin and end. */
export class OpenEngine {
  readonly idle: Idle;
  readonly results: ResultWatch;
  readonly messenger: Messenger;
  readonly starter: InstanceStarter;
  readonly branches: Branches;
  /** Undefined in a pure client. */
  readonly worker: Worker | undefined;
  private readonly clock: Clock;
  private readonly log: EngineLog;
  private readonly poll: number;
  private readonly replies: ReplyWatch;
  private readonly unowned: GroupCommit;
  readonly cues: CueDesk;
  private readonly relay: Relay;
  private readonly housekeeping: Housekeeping | undefined;
  private endSurvival: (() => void) | undefined;
  private endReports: (() => void) | undefined;

  /** Begins nothing yet; the store has to be open. */
  constructor(
    private readonly store: HistoryStore,
    private readonly options: EngineOptions,
    private readonly sagas: HostedSagas,
    private readonly ended: (id: string) => void,
  ) {
    const { payloadLimit } = options;
    this.clock = options.clock ?? new SystemClock();
    this.idle = options.idle ?? new NodeIdle();
    this.log = options.log ?? SILENT;
    this.poll = spanOf(options.poll ?? '1s');
    this.results = new ResultWatch(store, this.clock, this.poll);
    this.replies = new ReplyWatch(store, this.clock, this.poll);
    this.relay = new Relay({
      store,
      clock: this.clock,
      log: this.log,
      every: spanOf(options.lease ?? '10s'),
      posted: () => this.worker?.look(),
      emitted: (run) => this.cues.collect(run),
    });
    this.messenger = new Messenger({
      store,
      replies: this.replies,
      payloadLimit,
      posted: () => this.worker?.look(),
      holds: (id) => this.worker?.holds(id) ?? false,
    });
    this.unowned = new GroupCommit(store, undefined, 1, this.clock, this.log, options.metrics);
    if (sagas.size > 0) {
      this.housekeeping = new Housekeeping(options, this.clock, this.log, sagas.definitions());
      this.worker = this.newWorker();
    }
    const newRun = options.newRun ?? (() => uuidV7());
    this.branches = new Branches({
      store,
      clock: this.clock,
      payloadLimit,
      newRun,
      begun: () => this.worker?.look(),
    });
    this.starter = new InstanceStarter({
      store,
      clock: this.clock,
      tracing: options.tracing,
      figures: options.metrics,
      sagas,
      payloadLimit,
      newRun,
      timeout: milliseconds(options.startTimeout ?? '30s'),
      worker: this.worker,
      unowned: this.unowned,
    });
    this.cues = new CueDesk({
      store,
      clock: this.clock,
      log: this.log,
      sagas,
      options,
      start: (saga, input, start) => this.starter.start(saga, input, start),
      posted: () => this.worker?.look(),
    });
  }

  /** Starts the worker, if sagas are hosted. Rejects when the store is out of reach. */
  async start(): Promise<void> {
    this.options.metrics?.begin({
      store: this.store,
      refused: this.options.transport?.refused,
      residents: () => this.worker?.size ?? 0,
    });
    this.endReports = this.options.transport?.refused.onReport(({ code, transport, service, since, count }) =>
      this.log.warn('Answers were refused.', { code, transport, service, refused: since, inAll: count }),
    );
    if (!this.worker) {
      // A service that only publishes: what it has committed has to leave.
      if (this.cues.reachesServices) await this.cues.start();
      return;
    }
    this.endSurvival = surviveStrayRejections(this.log);
    await this.worker.start();
    await this.cues.start();
    this.relay.start();
    this.housekeeping?.start();
  }

  /** Law W4. @param grace milliseconds */
  async stop(grace: number): Promise<void> {
    await Promise.all([this.cues.stop(grace), this.worker?.stop(grace)]);
    await this.housekeeping?.stop();
    this.silence();
  }

  /** As a crash would. */
  halt(): void {
    this.worker?.halt();
    this.cues.halt();
    void this.housekeeping?.stop();
    this.silence();
  }

  private silence(): void {
    this.options.metrics?.end();
    this.relay.stop();
    this.endSurvival?.();
    this.endReports?.();
    this.results.close();
    this.replies.close();
    this.unowned.stop();
  }

  private newWorker(): Worker {
    const { options, store, clock, idle, log, sagas, poll } = this;
    return new Worker({
      store,
      transport: options.transport,
      tracing: options.tracing,
      figures: options.metrics,
      clock,
      idle,
      log,
      sagas,
      engineSteps: new EngineSteps(
        store,
        (saga, input, start) => this.starter.start(saga, input, start),
        () => this.worker?.look(),
      ),
      payloadLimit: options.payloadLimit,
      redacted: redactionOf(options.redact),
      lease: spanOf(options.lease ?? '10s'),
      poll,
      keep: milliseconds(options.keep ?? '5s'),
      capacity: options.capacity ?? 10_000,
      crashLimit: options.crashLimit ?? 10,
      historyWarning: { events: 10_000, characters: 10_000_000, ...options.historyWarning },
      lanes: options.lanes ?? 2,
      onReply: ({ id }, reply) => this.replies.replied(id, reply),
      onSent: (from, outgoing) => this.relay.send(outgoing.map((sent) => ({ ...sent, from }))),
      onClosed: ({ id, hosted }, events) => {
        const outcome = outcomeOf(id, events, hosted.definition);
        if (outcome) this.results.ended(id, outcome);
        this.ended(id);
      },
    });
  }
}

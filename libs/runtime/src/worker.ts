import {
  recordError,
  type AppendOutcome,
  type ClaimedInstance,
  type Idle,
  type IncomingEvent,
  type InstanceKey,
  type Orphan,
  type SagaLog,
  type StartRecord,
  type Successor,
  type TurnAppend,
  type Clock,
} from 'reprise/core';
import { Admission } from './admission.js';
import { AttemptRunner } from './attempt-runner.js';
import { sagaLog, type EngineLog } from './engine-log.js';
import { Claims } from './claims.js';
import { CrashLoops } from './crash-loops.js';
import { GivingBack } from './giving-back.js';
import { GroupCommit } from './group-commit.js';
import { Heartbeat } from './heartbeat.js';
import { MENDED_BY_DEPLOY } from './mended-by-deploy.js';
import { OrphanDesk } from './orphan-desk.js';
import { ProgressDesk } from './progress-desk.js';
import { Quarantine } from './quarantine.js';
import type { Resident } from './resident.js';
import type { ResidentIdentity } from './resident-identity.js';
import { Residents } from './residents.js';
import { deliveryDesk } from './delivery-desk.js';
import type { Written } from './turn-writer.js';
import { uuidV7 } from './uuid-v7.js';
import { WorkSearch } from './work-search.js';
import type { WorkerOptions } from './worker-options.js';
import type { WorkerContext } from './worker-context.js';

/** Runs instances: claims what is due, keeps the lease, and holds what it runs in memory. */
export class Worker implements WorkerContext {
  readonly admission: Admission;
  readonly progress: ProgressDesk;
  readonly clock: Clock;
  readonly idle: Idle;
  readonly log: EngineLog;
  readonly payloadLimit: number | undefined;
  draining = false;
  private id = uuidV7();
  private readonly deliveries = deliveryDesk(this.options, () => this.id);
  readonly figures = this.options.figures;
  readonly attempts = new AttemptRunner(this.options, this.deliveries);
  private commits = this.newCommits();
  private readonly residents = new Residents(this.options);
  private readonly claims = new Claims(this.options, () => this.residents.keys);
  private readonly givingBack: GivingBack;
  readonly heart: Heartbeat;
  private readonly orphans = new OrphanDesk(this.options);
  private readonly search: WorkSearch;
  private readonly quarantine = new Quarantine(this);
  private readonly crashLoops = new CrashLoops(this, this.options, () => this.id);
  readonly cues = this.options.store.cues;
  readonly sent = this.options.onSent;
  readonly replied = this.options.onReply;
  readonly historyWarning = this.options.historyWarning;
  readonly closed = this.options.onClosed;
  private stopHints: (() => void) | undefined;

  constructor(private readonly options: WorkerOptions) {
    ({ clock: this.clock, idle: this.idle, log: this.log, payloadLimit: this.payloadLimit } = options);
    const { store, clock, log, sagas, poll } = options;
    this.progress = new ProgressDesk({ progress: store.progress, clock, log, worker: () => this.id });
    this.admission = new Admission({ limits: store.limits, clock, log, poll, worker: () => this.id });
    this.search = new WorkSearch({ clock, log, longest: poll, look: () => this.takeWork() });
    this.givingBack = new GivingBack({
      ...options,
      pending: () => this.progress.settled,
      owed: (worker, { run }) => !this.draining && worker === this.id && !this.residents.get(run),
    });
    this.heart = new Heartbeat({
      ...options,
      hosted: () => sagas.versions(),
      worker: () => this.id,
      lost: () => this.beginAnew(),
    });
  }

  get keep(): number {
    return this.hasRoom ? this.options.keep : 0;
  }

  get size(): number {
    return this.residents.size;
  }

  /** True while something moves here that is not a wait for time or messages. */
  get busy(): boolean {
    return this.search.busy || this.givingBack.busy || this.admission.busy || this.progress.busy || this.residents.busy;
  }

  /** Registers and begins to look for work. Rejects when the store is out of reach. */
  async start(): Promise<void> {
    const { store, sagas } = this.options;
    await this.heart.start();
    await this.admission.start(sagas.definitions());
    const woken = await store.wakeIncidents([...MENDED_BY_DEPLOY], sagas.versions());
    if (woken > 0) this.log.info('Instances in incidents are tried with the code of this deploy.', { woken });
    this.stopHints = store.onHint(() => this.look());
    this.look();
  }

  /** Begins an instance here, owned from its first turn. */
  begin(identity: ResidentIdentity, event: IncomingEvent, start: StartRecord): Promise<Written> {
    return this.residents.admit(identity, this).begin(event, start);
  }

  /** True while another instance may be begun here. */
  get hasRoom(): boolean {
    return this.residents.size < this.options.capacity;
  }

  /** True if an instance of that id is in memory here. */
  holds(id: string): boolean {
    return this.residents.holds(id);
  }

  resident(run: string): Resident | undefined {
    return this.residents.get(run);
  }

  /** Looks into the store soon: there may be something new. */
  look(): void {
    if (!this.draining) this.search.hint();
  }

  /** Stops claiming, lets attempts finish for `grace` milliseconds, gives the rest back (law W4). */
  async stop(grace: number): Promise<void> {
    this.draining = true;
    this.stopHints?.();
    this.admission.drain();
    await this.search.stop();
    await this.residents.finish(this.clock, grace);
    this.end();
    this.progress.close();
    await this.progress.settled;
    await this.options.store.leave(this.id).catch((error: unknown) => {
      this.log.warn('The worker could not sign off; others take its instances when its lease ends.', {
        cause: recordError(error).message,
      });
    });
  }

  /** Stops at once and tells nobody, as a crash would. */
  halt(): void {
    this.end();
    this.progress.drop();
  }

  private end(): void {
    this.draining = true;
    void this.search.stop();
    this.heart.stop();
    this.deliveries?.stop();
    this.stopHints?.();
    this.admission.stop();
    this.drop();
  }

  commit(turn: TurnAppend): Promise<AppendOutcome> {
    this.crashLoops.progressed(turn.key);
    return this.commits.append(turn);
  }

  release(key: InstanceKey, wakeAfter: number | null, unrun = false): Promise<void> {
    return this.givingBack.release(this.id, { key, wakeAfter, unrun });
  }

  async succeed(key: InstanceKey, successor: Successor): Promise<void> {
    await this.givingBack.succeed(this.id, key, successor);
    this.look();
  }

  orphan(key: InstanceKey, orphan: Omit<Orphan, 'key'>): void {
    this.orphans.record(key, orphan);
  }

  left(identity: ResidentIdentity): void {
    if (!this.residents.forget(identity)) return;
    if (this.residents.size === this.options.capacity - 1) this.look();
  }

  sagaLog(saga: string, id: string): SagaLog {
    return sagaLog(this.log, saga, id, this.options.redacted);
  }

  private newCommits(): GroupCommit {
    const { store, lanes, clock, log, figures } = this.options;
    return new GroupCommit(store, this.id, lanes, clock, log, figures);
  }

  /** One look: what is due, and what came for those in memory. True if there may be more at once. */
  private async takeWork(): Promise<boolean> {
    const { store, sagas, capacity } = this.options;
    const room = this.draining ? 0 : capacity - this.residents.size;
    const claimed = await this.claims.take(this.id, room, sagas.versions());
    const readable = this.quarantine.readable(await this.crashLoops.admit(claimed));
    const adopted: Resident[] = [];
    try {
      adopted.push(...(await Promise.all(readable.map((instance) => this.adopt(instance)))).flat());
      for (const { key, messages } of await store.unread(this.id)) this.residents.get(key.run)?.deliver(messages);
    } finally {
      // Not before their mail is there: one that cannot go on would be given back with its mail unread, and be due at once again.
      for (const resident of adopted) resident.goOn();
    }
    return claimed.length > 0;
  }

  /** One that cannot be taken up must not take its neighbours with it. */
  private async adopt({ summary, turns }: ClaimedInstance): Promise<Resident[]> {
    const { key, id, saga, version, status, retrying, error, tags, beginsAt } = summary;
    const hosted = this.options.sagas.get(saga, version)!;
    const resident = this.residents.admit({ key, id, hosted }, this);
    try {
      await resident.adopt(turns, { status, retrying, tags, ...(error ? { error } : {}) }, beginsAt);
      return [resident];
    } catch (cause) {
      resident.leave();
      this.quarantine.refused(summary, cause);
      return [];
    }
  }

  /** Taken for dead: others have what was here (law W2). */
  private async beginAnew(): Promise<void> {
    this.log.error(
      'The lease was lost: this worker was silent for too long. Its instances are with others; it begins anew.',
      { instances: this.size },
    );
    this.drop();
    this.progress.drop();
    this.admission.forget();
    this.id = uuidV7();
    this.commits = this.newCommits();
    await this.options.store.heartbeat(this.id, this.options.lease, this.options.sagas.versions());
    this.look();
  }

  private drop(): void {
    this.commits.stop();
    this.residents.dismiss();
  }
}

import {
  recordError,
  type Execution,
  type IncomingEvent,
  type InstanceHead,
  type Message,
  type StartRecord,
  type Turn,
} from 'reprise/core';
import { actOn, type Actor } from './act-on.js';
import { within } from './activation.js';
import { HistoryGauge } from './history-gauge.js';
import { MENDED_BY_DEPLOY } from './mended-by-deploy.js';
import type { Intake } from './intake.js';
import { Mailbox } from './mailbox.js';
import { Operation } from './operation.js';
import { OpenWork } from './open-work.js';
import { residentExecution } from './resident-execution.js';
import type { ResidentIdentity } from './resident-identity.js';
import { successorOf } from './successor-of.js';
import { TurnWriter, type Written } from './turn-writer.js';
import type { WorkerContext } from './worker-context.js';

/**
 * One instance in a worker's memory: takes what comes in, one turn at a time, and acts only on what is durable.
 *
 * 1. Nothing is sent or run before the turn that decided it is appended (S1, S2).
 * 2. At most one append is under way; what comes in meanwhile waits for the next turn (W3).
 * 3. A refused append ends the residence: everything here is dropped, another worker has it (W2).
 */
export class Resident {
  readonly execution: Execution;
  private readonly work: OpenWork;
  private readonly intake: Intake[] = [];
  private readonly mailbox: Mailbox;
  private readonly gauge: HistoryGauge;
  private readonly actor: Actor;
  private writer: TurnWriter;
  private turning = false;
  private gone = false;
  private cancelEviction: (() => void) | undefined;
  private readonly quiet: (() => void)[] = [];

  constructor(
    readonly identity: ResidentIdentity,
    private readonly worker: WorkerContext,
  ) {
    const { id, key, hosted } = identity;
    this.execution = residentExecution(identity, worker, () => this.receive({ read: () => [] }));
    this.writer = new TurnWriter(identity, worker);
    this.gauge = new HistoryGauge(worker.log, () => this.names(), worker.historyWarning);
    this.mailbox = new Mailbox({
      execution: this.execution,
      definition: hosted.definition,
      gone: () => this.gone,
      search: (message) => this.work.waits.search(message),
      operation: (message) => new Operation(message, identity, worker.attempts, this.execution),
      told: (result) => this.work.told(result),
      orphan: (orphan) => worker.orphan(key, orphan),
      warn: (what) => worker.log.warn(what, this.names()),
      unreadable: ({ code, message }) => worker.log.warn('A message cannot be read; it waits.', { id, code, message }),
    });
    this.work = new OpenWork(identity, worker, {
      execution: this.execution,
      receive: (read, orphaned) => this.receive(orphaned ? { read, orphaned } : { read }),
      unemployed: () => this.rest(),
    });
    this.actor = {
      work: this.work,
      parked: ({ code, message }) =>
        worker.log.error('An instance is parked in an incident.', { ...this.names(), code, message }),
      // The code that offended is still in memory: only a replay can tell whether it is mended.
      resumed: () => (this.execution.parked ? void this.giveBack(0) : this.work.resume()),
    };
  }

  /** True while something is under way that the worker should let finish before it stops. */
  get busy(): boolean {
    return this.turning || this.work.inFlight;
  }

  /** Begins a new instance: the first turn is computed before it is durable, and dropped if the id is taken (I1). */
  async begin(event: IncomingEvent, start: StartRecord): Promise<Written> {
    this.turning = true;
    const { id, hosted, activation } = this.identity;
    activation?.begin(id, hosted.definition, [{ events: [event] }]);
    const turn = await within(this.identity, () => this.execution.turn(this.worker.clock.now(), [event]));
    let outcome: Written = 'refused';
    try {
      outcome = await this.writer.write(turn, this.execution.state, { start });
    } finally {
      if (outcome !== 'appended') activation?.forget();
      if (outcome !== 'appended') this.leave();
    }
    if (outcome !== 'appended') return outcome;
    this.appended(turn);
    void this.takeTurns();
    return 'appended';
  }

  /** Takes over an instance: replays it, and goes on where it stood. */
  async adopt(turns: readonly Turn[], { tags, ...head }: InstanceHead, beginsAt = 0): Promise<void> {
    this.writer = new TurnWriter(this.identity, this.worker, turns.length, head, tags);
    this.gauge.add(turns);
    this.turning = true;
    const { id, hosted, activation } = this.identity;
    activation?.begin(id, hosted.definition, turns);
    await within(this.identity, () => this.execution.replay(turns));
    if (this.execution.state.successor) return this.giveWay();
    this.work.inherit(beginsAt);
    const { incident } = this.execution.state;
    if (incident && MENDED_BY_DEPLOY.has(incident.code) && !this.execution.parked) {
      const mended = (): boolean => !!this.execution.state.incident && !this.mailbox.parks;
      this.receive({ read: () => (mended() ? [{ type: 'IncidentResolved', by: 'deploy' }] : []) });
    }
    this.quiet.push(() => {
      if (!this.gone && !this.execution.parked) this.work.resume();
    });
    this.receive({ read: () => this.work.beginning() });
  }

  /** After `adopt`, when the mail is there too: takes the first turn. */
  goOn(): void {
    void this.takeTurns();
  }

  /** Takes messages from the store's mailbox of the instance. */
  deliver(messages: readonly Message[]): void {
    this.mailbox.take(messages, (intake) => this.receive(intake));
  }

  /** Calls back between two turns, when the last one is durable. */
  whenQuiet(callback: () => void): void {
    if (this.turning || this.intake.length > 0) this.quiet.push(callback);
    else callback();
  }

  /** Drops everything without a word to the store; what was still to be taken in is an orphan, or waits in the mailbox. */
  leave(ended = false): void {
    if (this.gone) return;
    this.gone = true;
    this.work.stop(ended);
    this.cancelEviction?.();
    this.identity.activation?.end(this.execution.state);
    this.worker.left(this.identity);
    for (const { orphaned } of this.intake.splice(0)) orphaned?.();
    this.tellQuiet();
  }

  private receive(intake: Intake): void {
    if (this.gone) {
      intake.orphaned?.();
      return;
    }
    this.cancelEviction?.();
    this.cancelEviction = undefined;
    this.intake.push(intake);
    if (!this.turning) void this.takeTurns();
  }

  private async takeTurns(): Promise<void> {
    this.turning = true;
    try {
      while (this.intake.length > 0 && !this.gone) {
        const consumed: string[] = [];
        const events = this.read(this.intake.splice(0), consumed);
        const turn = await within(this.identity, () => this.execution.turn(this.worker.clock.now(), events));
        if (turn.events.length === 0 && consumed.length === 0) continue;
        const replies = this.mailbox.takeReplies();
        const outcome = await this.writer.write(turn, this.execution.state, { consumed, replies });
        this.mailbox.consumed(consumed);
        if (outcome === 'appended') this.appended(turn);
        else this.leave();
      }
    } catch (error) {
      const cause = recordError(error).message;
      this.worker.log.error('An instance could not take its turn; it is given back.', { ...this.names(), cause });
      await this.giveBack(1_000);
    } finally {
      this.turning = false;
    }
    this.tellQuiet();
    this.rest();
  }

  /** One event after the other, each looked at when the one before has been delivered. */
  private *read(taken: readonly Intake[], consumed: string[]): Generator<IncomingEvent> {
    for (const intake of taken) {
      // What comes now is for the successor.
      if (this.execution.state.successor) return;
      if (intake.message) consumed.push(intake.message);
      // Also when it has ended, who sent a message wants to know.
      const events = this.execution.state.closed && !intake.message ? [] : intake.read();
      if (events.length === 0) intake.orphaned?.();
      yield* events;
    }
  }

  /** Acts on a turn that is durable. */
  private appended(turn: Turn): void {
    const { events } = turn;
    this.gauge.add([turn]);
    if (this.execution.state.successor) return this.giveWay();
    if (this.execution.state.closed) {
      this.worker.closed(this.identity, events);
      return this.leave(true);
    }
    for (const event of events) actOn(event, this.actor);
  }

  /** Another run of the same id takes over; what is unread goes to it. */
  private giveWay(): void {
    const { key } = this.identity;
    const successor = successorOf(this.execution.state, key.run, this.worker.clock.now());
    this.leave(true);
    void this.worker.succeed(key, successor);
  }

  private tellQuiet(): void {
    for (const callback of this.quiet.splice(0)) callback();
  }

  /** With nothing under way an instance costs memory for nothing: after a while it becomes a row (M4). */
  private rest(): void {
    if (this.gone || this.turning || this.mailbox.blocked || this.work.awaitsAnswers || this.cancelEviction) return;
    const { clock, keep } = this.worker;
    if (this.execution.parked) return void this.giveBack(null);
    const next = this.work.nextDue();
    if (next !== null && next - clock.now() <= keep) return;
    this.cancelEviction = clock.schedule(clock.now() + keep, () => {
      const due = this.work.nextDue();
      void this.giveBack(due === null ? null : Math.max(0, due - clock.now()));
    });
  }

  private async giveBack(wakeAfter: number | null): Promise<void> {
    if (this.gone) return;
    this.leave();
    await this.worker.release(this.identity.key, wakeAfter);
  }

  private names(): { saga: string; id: string } {
    return { saga: this.identity.hosted.definition.name, id: this.identity.id };
  }
}

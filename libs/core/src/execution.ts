import { isDecision, NonDeterministicError, type Mismatch } from './decision-match.js';
import { DecisionQueue } from './decision-queue.js';
import { ENGINE_RULES, type DecisionEvent, type HistoryEvent, type IncomingEvent, type Turn } from './event.js';
import type { ExecutionOptions } from './execution-options.js';
import type { Json } from './json.js';
import { decodePayload, encodePayload } from './payload-codec.js';
import { asViolation, engineTooOld } from './rule-violations.js';
import type { CodeSurroundings } from './code-surroundings.js';
import { SagaCode } from './saga-code.js';
import type { SagaError } from './saga-error.js';
import { SagaState } from './saga-state.js';
import { Lineage } from './lineage.js';
import { Patches } from './patches.js';
import { StepDefinitions } from './step-definitions.js';
import { decidedAfter, droppedDecisions, isUndecided } from './undecided.js';

/** How many events a replay follows before it lets the process see to other things. */
const BREATH = 200;

/**
 * One instance of a saga, from a history to what should happen next. It says, it never does.
 *
 * 1. A call takes its number when it is made, synchronously (D2).
 * 2. Events reach the code one at a time, and the microtask queue drains between two; live and replay share that path (D3).
 * 3. What the code gets has been through the codec (D4).
 * 4. In a replay each decision must be the one that history has next; anything else is a violation (D5).
 * 5. A violation drops the decisions of its delivery, keeps the event that came in, and parks the instance (D5, D7).
 */
export class Execution {
  /** What the history adds up to. */
  state = new SagaState();
  /** What is known of its steps. */
  readonly steps: StepDefinitions;
  private readonly lineage = new Lineage(this.options);
  private readonly patches = new Patches();
  private readonly code: SagaCode;
  private readonly decisions = new DecisionQueue();
  private violation: SagaError | undefined;
  private replaying = false;
  private at = 0;
  private length = 0;

  constructor(private readonly options: ExecutionOptions) {
    this.steps = new StepDefinitions(options.definition);
    this.code = new SagaCode(this.surroundings());
  }

  /** True while the code may not run: events are recorded for a later replay, not delivered. */
  get parked(): boolean {
    return this.violation !== undefined;
  }

  /** What the code did wrong, or how it differs from its history. */
  get offence(): SagaError | undefined {
    return this.violation;
  }

  /** Feeds a recorded history. Check `parked` afterwards: then `turn` opens the incident. */
  async replay(turns: readonly Turn[]): Promise<void> {
    this.replaying = true;
    this.lineage.expect(turns);
    let undecided = false;
    let followed = 0;
    for (const [position, turn] of turns.entries()) {
      this.at = turn.at;
      undecided = isUndecided(turn, position);
      this.patches.foresee(undecided, undecided ? decidedAfter(turns, position)?.events : undefined);
      for (const [index, event] of turn.events.entries()) {
        if (!isDecision(event)) this.patches.announce(turn.events, index);
        if (!this.parked) await this.follow(event, undecided);
        if (++followed % BREATH === 0) await this.options.idle.breathe();
      }
    }
    if (!undecided && !this.holding && !this.parked) this.mismatch(this.decisions.surplus());
    if (this.parked) {
      this.decisions.take();
      this.state = SagaState.salvage(turns);
    }
    this.replaying = false;
    this.patches.live = true;
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
    events.push(...this.decided());
    for (const event of incoming) {
      if (!this.state.admits(event)) break;
      events.push(event);
      if (this.parked) {
        this.state.apply(event, at);
        continue;
      }
      await this.receive(event);
      this.park(events);
      events.push(...this.decided());
    }
    return { at, events };
  }

  /** Asks the code, without a trace in its history (law M2). @throws what the query throws */
  query(name: string, args: readonly unknown[]): unknown {
    return decodePayload(encodePayload(this.code.query(name, args), `the answer of query "${name}"`));
  }

  /** Lets the code look at an update before it is accepted. @throws what its validator throws */
  validateUpdate(name: string, args: readonly Json[]): void {
    this.code.validateUpdate(name, args.map(decodePayload));
  }

  /** Follows history by one event: a decision must be the code's next, anything else is delivered. */
  private async follow(recorded: HistoryEvent, undecided: boolean): Promise<void> {
    if (isDecision(recorded)) {
      if (recorded.type === 'PatchApplied' && this.patches.isDeprecated(recorded.patch)) return;
      this.mismatch(this.decisions.match(recorded, this.options.redacted));
      this.state.date(recorded, this.at);
      return;
    }
    if (!undecided && !this.holding && !droppedDecisions(recorded)) this.mismatch(this.decisions.surplus());
    if (!this.parked) await this.receive(recorded);
  }

  /** Delivers one event and lets the code go as far as it can (D3). */
  private async receive(event: IncomingEvent): Promise<void> {
    const { code } = this;
    code.gate.mode = 'delivering';
    try {
      this.length++;
      this.state.apply(event, this.at);
      if (event.type === 'SagaForked') this.lineage.part();
      if (!this.deliver(event)) return;
      await this.options.idle.drained();
      while (!this.parked && code.settleWait()) await this.options.idle.drained();
      code.expectProgress();
    } catch (error) {
      this.stop(asViolation(error));
    } finally {
      code.gate.mode = 'between turns';
    }
  }

  private deliver(event: IncomingEvent): boolean {
    if (event.type !== 'SagaStarted') return this.code.deliver(event);
    if (event.engine > ENGINE_RULES) throw engineTooOld(event.engine);
    this.code.begin(event);
    return true;
  }

  private decide(decision: DecisionEvent): void {
    this.length++;
    this.state.apply(decision, this.at);
    this.decisions.push(decision);
  }

  /** The code broke a rule. What is left of it after its end harms nobody. */
  private violate(error: SagaError): void {
    if (!this.state.over) this.stop(error);
  }

  private stop(error: SagaError): void {
    if (this.violation) return;
    this.violation = error;
    if (this.code.gate.mode === 'between turns' && !this.replaying) this.options.onViolation?.();
  }

  private mismatch(found: Mismatch | undefined): void {
    if (found) this.stop(new NonDeterministicError(this.options.definition.name, this.options.id, found));
  }

  /** What the code decides is held back. */
  private get holding(): boolean {
    return this.state.holdsDecisions;
  }

  /** Takes what the code has decided, unless it is held back. */
  private decided(): DecisionEvent[] {
    if (this.holding) return [];
    const taken = this.decisions.take();
    for (const decision of taken) this.state.date(decision, this.at);
    return taken;
  }

  /** Opens the incident of a violation. */
  private park(events: HistoryEvent[]): void {
    if (!this.violation) return;
    for (const dropped of this.decisions.take().reverse()) this.state.retract(dropped);
    const { code, message } = this.violation;
    if (this.state.incident?.code === code) return;
    const opened = { type: 'IncidentOpened', code, message } as const;
    this.state.apply(opened, this.at);
    events.push(opened);
  }

  private surroundings(): CodeSurroundings {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- getters below have a `this` of their own
    const execution = this;
    const { definition, ambient, payloadLimit, log } = this.options;
    return {
      definition,
      steps: this.steps,
      patches: this.patches,
      ambient,
      payloadLimit,
      get id() {
        return execution.lineage.current.id;
      },
      get run() {
        return execution.lineage.current.run;
      },
      get state() {
        return execution.state;
      },
      get historyLength() {
        return execution.length;
      },
      get at() {
        return execution.at;
      },
      get parked() {
        return execution.parked;
      },
      decide: (decision) => this.decide(decision),
      violate: (error) => this.violate(error),
      log: (level, message, details) => {
        if (!this.replaying) log?.[level](message, details);
      },
    };
  }
}

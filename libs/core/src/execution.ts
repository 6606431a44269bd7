import type { AmbientScope } from './ambient-scope.js';
import { isDecision, NonDeterministicError, type Mismatch } from './decision-match.js';
import { DecisionQueue } from './decision-queue.js';
import { ENGINE_RULES, type DecisionEvent, type HistoryEvent, type IncomingEvent, type Turn } from './event.js';
import type { ExecutionOptions } from './execution-options.js';
import type { Json } from './json.js';
import { decodePayload, encodePayload } from './payload-codec.js';
import { asViolation, engineTooOld } from './rule-violations.js';
import type { CodeSurroundings } from './code-surroundings.js';
import { SagaCode } from './saga-code.js';
import type { SagaDefinition, SagaLog } from './saga-definition.js';
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
export class Execution implements CodeSurroundings {
  /** What the history adds up to. */
  state = new SagaState();
  /** What is known of its steps. */
  readonly steps: StepDefinitions;
  readonly patches = new Patches();
  at = 0;
  historyLength = 0;
  private readonly lineage = new Lineage(this.options);
  private readonly code: SagaCode;
  private readonly decisions = new DecisionQueue();
  private violation: SagaError | undefined;
  private replaying = false;

  constructor(private readonly options: ExecutionOptions) {
    this.steps = new StepDefinitions(options.definition);
    this.code = new SagaCode(this);
  }

  get definition(): SagaDefinition {
    return this.options.definition;
  }

  get ambient(): AmbientScope {
    return this.options.ambient;
  }

  get payloadLimit(): number | undefined {
    return this.options.payloadLimit;
  }

  get id(): string {
    return this.lineage.current.id;
  }

  get run(): string {
    return this.lineage.current.run;
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
      if (this.hears(event))
        do await this.options.idle.drained();
        while (this.goesOn());
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
    if (this.hears(event))
      do await this.options.idle.drained();
      while (this.goesOn());
  }

  /** Delivers one event; true if it concerns the code, which has then to be let go as far as it can. */
  private hears(event: IncomingEvent): boolean {
    const { gate } = this.code;
    gate.mode = 'delivering';
    let heard = false;
    try {
      this.historyLength++;
      this.state.apply(event, this.at);
      if (event.type === 'SagaForked') this.lineage.part();
      heard = this.deliver(event);
    } catch (error) {
      this.stop(asViolation(error));
    }
    if (!heard) gate.mode = 'between turns';
    return heard;
  }

  /** The code has gone as far as it can; true if that let one of its waits come true, so that it goes on. */
  private goesOn(): boolean {
    const { code } = this;
    let further = false;
    try {
      further = !this.parked && code.settleWait();
      if (!further) code.expectProgress();
    } catch (error) {
      this.stop(asViolation(error));
    }
    if (!further) code.gate.mode = 'between turns';
    return further;
  }

  private deliver(event: IncomingEvent): boolean {
    if (event.type !== 'SagaStarted') return this.code.deliver(event);
    if (event.engine > ENGINE_RULES) throw engineTooOld(event.engine);
    this.code.begin(event);
    return true;
  }

  /** For its code. */
  decide(decision: DecisionEvent): void {
    this.historyLength++;
    this.state.apply(decision, this.at);
    this.decisions.push(decision);
  }

  /** For its code, which broke a rule. What is left of it after its end harms nobody. */
  violate(error: SagaError): void {
    if (!this.state.over) this.stop(error);
  }

  /** For its code: what it says for the first time. */
  log(level: keyof SagaLog, message: string, details?: Readonly<Record<string, unknown>>): void {
    if (!this.replaying) this.options.log?.[level](message, details);
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
}

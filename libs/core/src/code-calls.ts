import type { CodeGate } from './code-gate.js';
import type { CodeScope } from './code-scope.js';
import { CodeScopes } from './code-scopes.js';
import type { CodeSurroundings } from './code-surroundings.js';
import type { PlannedUndo } from './compensation-plan.js';
import type { Json } from './json.js';
import { milliseconds, type Duration } from './duration.js';
import { cueMarks, noBusinessKey } from './cue-marks.js';
import { OpenCalls } from './open-calls.js';
import { compensateAfterPivot, noWayBack } from './pivot.js';
import { encodePayload } from './payload-codec.js';
import type { ChildOptions, SagaDefinition, SagaProgram } from './saga-definition.js';
import { childStep } from './child-step.js';
import type { SagaScope } from './saga-scope.js';
import type { StepScheduled } from './step-event.js';
import type { DynamicStep } from './step-definition.js';
import type { StoredTagChanges } from './tags.js';
import { SeededRandom } from './seeded-random.js';
import { undoAll } from './undo.js';

/** What a step is to others: the undo of one, or a child. */
export type StepRole = Pick<StepScheduled, 'undoes' | 'child'>;

/** What the code asks for, one numbered call each (law D2), and what it waits for of it. */
export class CodeCalls {
  readonly open = new OpenCalls();
  readonly scopes: CodeScopes;
  /** The code itself, once it has begun. */
  program: SagaProgram | undefined;
  private next = 0;

  constructor(
    private readonly around: CodeSurroundings,
    private readonly gate: CodeGate,
  ) {
    this.scopes = new CodeScopes(around, gate, this.open);
  }

  step(name: string, args: readonly unknown[]): Promise<unknown> {
    return this.ask(`step "${name}"`, () => this.schedule(name, this.encodeAll(name, args)));
  }

  /** A step that the code makes up as it goes. */
  dynamicStep(step: DynamicStep, args: readonly unknown[]): Promise<unknown> {
    const { name } = step.definition;
    return this.ask(`step "${name}"`, () => {
      const input = this.encodeAll(name, args);
      this.around.steps.add(this.next, step);
      return this.schedule(name, input);
    });
  }

  child(saga: SagaDefinition, input: unknown, { id, onParentEnd = 'cancel' }: ChildOptions): Promise<unknown> {
    return this.ask(`child "${saga.name}"`, () => {
      const child = id ?? `${this.around.id}/${this.next}`;
      const encoded = [child, this.encode(input, `the input of child "${saga.name}"`), onParentEnd];
      this.around.steps.add(this.next, childStep(saga, onParentEnd));
      return this.schedule(saga.name, encoded, onParentEnd === 'abandon' ? {} : { child });
    });
  }

  sleep(dueAt: number): Promise<unknown> {
    return this.ask('a timer', () => {
      const call = this.next++;
      this.around.decide({ type: 'TimerStarted', call, dueAt });
      return this.open.wait(call, { scope: this.scopes.current });
    });
  }

  withTimeout(limit: Duration, body: (scope: SagaScope) => unknown): Promise<unknown> {
    const duration = milliseconds(limit);
    return this.ask('a time limit', () => {
      const call = this.next++;
      this.around.decide({ type: 'TimerStarted', call, dueAt: this.around.at + duration });
      const timeUp = this.open.wait(call, { scope: this.scopes.current, limits: true });
      return this.scopes.limited(limit, call, timeUp, body);
    });
  }

  until(condition: () => boolean, dueAt: number | undefined): Promise<unknown> {
    return this.ask('a wait', () => {
      if (this.gate.reading(condition)) return Promise.resolve(true);
      const call = this.next++;
      this.around.decide(dueAt === undefined ? { type: 'WaitStarted', call } : { type: 'WaitStarted', call, dueAt });
      return this.open.wait(call, { scope: this.scopes.current, condition: () => this.gate.reading(condition) });
    });
  }

  /** Undoes what was done so far, and lets the code go on (C2). A cancellation that came meanwhile is thrown at the end (C7). */
  compensate(): Promise<unknown> {
    return this.gate.call('an undo', async () => {
      const { scopes } = this;
      const before = scopes.current.cancelledBy;
      if (await noWayBack(this, this.around)) throw compensateAfterPivot(this.around.definition.name);
      await undoAll(this, this.around);
      const cancelled = before ? undefined : scopes.refusal();
      if (cancelled) throw cancelled;
    });
  }

  /** Decides at once: there is nothing to wait for. */
  tag(tags: StoredTagChanges): void {
    this.gate.refuseReading('a change of tags');
    void this.gate.call('a change of tags', async () => this.around.decide({ type: 'TagsChanged', tags }));
  }

  /** Decides at once: who hears of it is nobody's business here (law M6). */
  emit(event: string, payload: unknown, key: string | undefined): void {
    this.gate.refuseReading(`event "${event}"`);
    const encoded = this.encode(payload, `the payload of event "${event}"`);
    void this.gate.call(`event "${event}"`, async () =>
      this.around.decide({
        type: 'EventEmitted',
        call: this.next++,
        event,
        payload: encoded,
        ...(key === undefined ? {} : { key }),
      }),
    );
  }

  /** Resolves with the payload, or with undefined when the time was up. A rejection that nobody awaits is nobody's crash. */
  waitFor(event: string, where: unknown, timeout: Duration | undefined): Promise<unknown> {
    const heard = this.ask(`a wait for event "${event}"`, () => {
      const encoded = this.encode(where, `what is looked for in event "${event}"`);
      if (cueMarks(event, encoded).length !== Object.keys(encoded as object).length) throw noBusinessKey(event);
      const due = timeout === undefined ? {} : { dueAt: this.around.at + milliseconds(timeout) };
      const call = this.next++;
      this.around.decide({ type: 'CueAwaited', call, event, where: encoded, ...due });
      return this.open.wait(call, { scope: this.scopes.current });
    });
    const payload = heard.then((cue) => (cue ? (cue as { readonly payload: unknown }).payload : undefined));
    payload.catch(() => undefined);
    return payload;
  }

  /** True when the code has to take the new way of a patch (law D8). */
  patched(patch: string): boolean {
    const { patches } = this.around;
    if (patches.has(patch)) return true;
    if (this.gate.mode !== 'delivering' || this.gate.ended || !patches.begins(patch)) return false;
    patches.apply(patch);
    this.around.decide({ type: 'PatchApplied', patch });
    return true;
  }

  /** Ends the run: another of the same id takes over with this input. The promise never settles. */
  continueAsNew(input: unknown, version: number): Promise<never> {
    const { definition, id, run } = this.around;
    return this.ask('its continuation', () => {
      const encoded = this.encode(input, `the input that "${definition.name}", instance "${id}", continues with`);
      if (this.gate.mayEnd()) {
        this.open.abandonAll();
        const next = new SeededRandom(`${run} continued`).uuid();
        this.around.decide({ type: 'SagaContinued', input: encoded, version, next });
      }
      return new Promise(() => undefined);
    }) as Promise<never>;
  }

  /** Decides a step, and waits for it. */
  schedule(step: string, input: readonly Json[], role?: StepRole): Promise<unknown> {
    const call = this.next++;
    const scope = this.scopeOf(step, role);
    const scheduled: StepScheduled = { type: 'StepScheduled', call, step, input };
    const special = role || scope?.shielded;
    this.around.decide(special ? { ...scheduled, ...role, ...(scope?.shielded ? { shielded: true } : {}) } : scheduled);
    // A cancellation reaches children first (law C7).
    return this.open.wait(call, { scope, endsByItself: role?.child !== undefined });
  }

  /** Waits for a step that is still under way, whatever becomes of it. */
  settled(call: number): Promise<unknown> {
    return this.open.settled(call);
  }

  /** The arguments of a compensation that does not simply get the result and the input. @throws what the mapping throws */
  mapUndo({ target, compensation }: PlannedUndo, result: unknown, args: readonly unknown[]): readonly Json[] {
    const dynamic = this.around.steps.dynamicOf(target.call)?.undo;
    const mapped = this.gate.reading(() =>
      dynamic ? dynamic.map(result, args) : [this.program!.mapUndo(compensation.name, result, args)],
    );
    return mapped.map((value) => this.encode(value, `what ${compensation.name} takes`));
  }

  encode(value: unknown, what: string): Json {
    return encodePayload(value, what, this.around.payloadLimit);
  }

  /** Makes a call, if the code may make one now and no cancellation stands against it (C7). */
  private ask(what: string, make: () => Promise<unknown>): Promise<unknown> {
    return this.gate.call(what, () => {
      const refusal = this.scopes.refusal();
      if (refusal) throw refusal;
      return make();
    });
  }

  /** Undefined when no cancellation reaches the step: an undo, and a pivot, whose outcome must not stay open (C5). */
  private scopeOf(step: string, role: StepRole | undefined): CodeScope | undefined {
    const pivot = this.around.definition.steps.get(step)?.policy.pivot === true;
    return role?.undoes === undefined && !pivot ? this.scopes.current : undefined;
  }

  private encodeAll(name: string, args: readonly unknown[]): Json[] {
    return args.map((arg, i) => this.encode(arg, `argument ${i + 1} of step "${name}"`));
  }
}

import type { CueEvent, EventPayload } from 'reprise/contracts';
import {
  decodePayload,
  isClosed,
  milliseconds,
  SagaError,
  SagaState,
  type Duration,
  type SagaDefinition,
  type SagaStatus,
  type Turn,
} from 'reprise/core';
import {
  sagaDefinition,
  type QueryName,
  type SagaClass,
  type SagaInput,
  type SagaResult,
  type SignalName,
  type StepResult,
  type UpdateName,
} from 'reprise/decorators';
import type { FailStepOptions, PublishOptions, StartOptions } from 'reprise/runtime';
import { noteCompensations } from './compensation-coverage.js';
import type { CrashPoint } from './crash-point.js';
import { replayEveryPrefix } from './replay-check.js';
import { publishCue } from './test-cue.js';
import { timeline } from './timeline.js';
import { updateUntilAnswered } from './test-update.js';
import type { TestWorld } from './test-world.js';

type Arguments<F> = F extends (...args: infer A) => unknown ? A : never;
type Answer<F> = F extends (...args: never[]) => infer R ? R : never;

/** One instance under test. Every method returns when nothing moves any more but time. */
export class TestRun<T> {
  private turns: readonly Turn[] = [];
  private run = '';
  /** A signal that goes out after what the scenario does next. */
  private later: (() => Promise<void>) | undefined;

  constructor(
    private readonly world: TestWorld,
    private readonly definition: SagaDefinition,
    readonly id: string,
    private readonly point?: CrashPoint,
  ) {}

  /** Starts it, and goes on until nothing moves but time. */
  async begin(input: SagaInput<T>, later: Omit<StartOptions, 'id'> = {}): Promise<void> {
    // One that is debounced may be there without having heard of this start.
    const isThere = async (): Promise<boolean> => later.debounce === undefined && this.exists();
    for (let started = false; !started; started = started || (await isThere())) {
      const starting = this.world.engine.start(this.definition, input, { id: this.id, ...later }).then(
        () => (started = true),
        (error: unknown) => {
          if (!(error instanceof SagaError) || error.code !== 'SHUTTING_DOWN') throw error;
        },
      );
      // A process that dies here has said nothing: whoever starts an instance then looks for it, and starts it again if it is not there.
      await Promise.race([starting, this.world.died()]);
      await this.world.settle();
    }
    await this.settle();
  }

  /** Another instance in the same process: a child, for instance. @throws SagaError `UNKNOWN_INSTANCE` */
  async find<Other>(saga: SagaClass<Other>, id: string): Promise<TestRun<Other>> {
    const other = new TestRun<Other>(this.world, sagaDefinition(saga), id, this.point);
    await other.settle();
    return other;
  }

  /** Everything that happened so far, as of the last call of a method here. As JSON it can be kept, and replayed against tomorrow's code. */
  get history(): readonly Turn[] {
    return this.turns;
  }

  /** The same for people: a line for each thing that happened, attempt by attempt, with the virtual time since the start. */
  timeline(): string {
    return timeline(this.turns);
  }

  get status(): SagaStatus {
    return SagaState.of(this.turns).status;
  }

  /** The steps that were taken back, in the order in which it happened. */
  get compensated(): string[] {
    const state = SagaState.of(this.turns);
    return this.turns
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'StepCompleted' ? (state.step(event.call)?.undoes ?? []) : []))
      .map((undone) => state.step(undone)!.step);
  }

  async signal<K extends SignalName<T>>(name: K, ...args: Arguments<T[K]>): Promise<void> {
    const send = (): Promise<void> => this.world.engine.signal(this.id, name, args);
    const place = `signal "${name}"`;
    if (this.point?.strikes('swapped signals', place)) {
      this.later = send;
      return;
    }
    await send();
    if (this.point?.strikes('repeated signal', place)) await send();
    this.point?.release();
    await this.settle();
  }

  /**
   * Sends an update and answers what its handler did. A process that dies meanwhile is asked again with the same key.
   * @throws SagaUpdateError; SagaError `RESULT_TIMED_OUT` when its handler waits for time or messages
   */
  async update<K extends UpdateName<T>>(name: K, ...args: Arguments<T[K]>): Promise<StepResult<T[K]>> {
    this.point?.release();
    const answer = await updateUntilAnswered(this.world, this.definition, this.id, name, args);
    await this.settle();
    return (await answer()) as StepResult<T[K]>;
  }

  async query<K extends QueryName<T>>(name: K, ...args: Arguments<T[K]>): Promise<Answer<T[K]>> {
    return (await this.world.engine.query(this.definition, this.id, name, args)) as Answer<T[K]>;
  }

  /** What it has published so far, oldest first (law M6). */
  get emitted(): { readonly event: string; readonly payload: unknown; readonly key?: string }[] {
    return this.turns
      .flatMap(({ events }) => events)
      .flatMap((happened) => {
        if (happened.type !== 'EventEmitted') return [];
        const { event, payload, key } = happened;
        return [{ event, payload: decodePayload(payload), ...(key === undefined ? {} : { key }) }];
      });
  }

  /**
   * Publishes an event as another service would: whoever starts on it or waits for it here gets it. A process that dies meanwhile
   * publishes it again under the same id.
   */
  async cue<E extends CueEvent>(event: E, payload: EventPayload<E>, options?: PublishOptions): Promise<void> {
    this.point?.release();
    await publishCue(this.world, event, payload, options);
    await this.settle();
  }

  /** Completes a step that its body deferred (`completeLater`), by the token that the body saw. */
  async completeStep(token: string, result?: unknown): Promise<void> {
    this.point?.release();
    await this.world.engine.completions.complete(token, result);
    await this.settle();
  }

  /** Fails a step that its body deferred. @param options.kind `declared`, `transient` or `fatal`; default by the step's own errors */
  async failStep(token: string, error: unknown, options?: FailStepOptions): Promise<void> {
    this.point?.release();
    await this.world.engine.completions.fail(token, error, options);
    await this.settle();
  }

  async cancel(reason?: string): Promise<void> {
    this.point?.release();
    await this.world.engine.cancel(this.id, reason);
    await this.settle();
  }

  /** Lets an instance in an incident try again. */
  async resume(by = 'test'): Promise<void> {
    this.point?.release();
    await this.world.engine.resume(this.id, by);
    await this.settle();
  }

  /** Lets time pass: timers fire, retries happen, waits time out, each at its moment. */
  async advance(by: Duration): Promise<void> {
    this.point?.release();
    await this.settle();
    await this.world.advance(milliseconds(by));
    await this.settle();
  }

  /** Kills the process in mid-flight and starts it again from what is stored. */
  async crash(): Promise<void> {
    await this.world.reboot();
    await this.settle();
  }

  /** The result, or the error it failed with; first the history is replayed from every prefix. Rejects if it has not ended. */
  async result(): Promise<SagaResult<T>> {
    await this.replayEveryPrefix();
    if (!isClosed(this.status)) throw stillOpen(this.id, this.status, this.timeline());
    const outcome = this.world.engine.result(this.id, { definition: this.definition });
    outcome.catch(() => undefined);
    await this.world.settle();
    return (await outcome) as SagaResult<T>;
  }

  /** Replays the history cut at every turn, and demands the same decisions. Answers how many cuts were tried. */
  replayEveryPrefix(): Promise<number> {
    return replayEveryPrefix({ definition: this.definition, id: this.id, run: this.run }, this.turns);
  }

  private async exists(): Promise<boolean> {
    return this.world.engine.describe(this.id).then(
      () => true,
      () => false,
    );
  }

  /** Goes on until nothing moves, and takes note of what happened. */
  async settle(): Promise<void> {
    await this.world.settle();
    const { later } = this;
    this.later = undefined;
    if (later) await later().then(() => this.world.settle());
    this.run = (await this.world.engine.describe(this.id)).key.run;
    this.turns = await this.world.engine.history(this.id);
    noteCompensations(this.definition, this.turns, this.world.deathsOf(this.run));
  }
}

function stillOpen(id: string, status: SagaStatus, timeline: string): SagaError {
  return new SagaError(
    'RESULT_TIMED_OUT',
    `Instance "${id}" is still ${status}: nothing moves any more but time.\n${timeline}\n`,
    'Let time pass with advance(), send the signal it waits for, or look at history.',
  );
}

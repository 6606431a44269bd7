import { inAWord, type InstanceEnd } from './end.js';
import { ModelChild } from './model-child.js';
import { Failure, Scope } from './model-scope.js';
import { ServiceStep, type ModelStep, type ModelWorld } from './model-step.js';
import type { Part } from './program.js';
import { Word } from './word.js';

/** Something that the code waits for. */
interface Wait {
  /** Whose cancellation reaches it; absent when none does. */
  readonly scope?: Scope;
  readonly isLimit?: boolean;
  readonly signal?: number;
  /** The step that is waited for. */
  step?: ModelStep;
  readonly resolve: (said: string) => void;
  readonly reject: (error: Failure) => void;
  /** A child that is cancelled is waited for, and then this is thrown. */
  verdict?: Failure;
}

const NEVER = new Promise<never>(() => undefined);

/** What one instance of a saga does, by the laws and nothing else: no history, no store, no crashes. */
export class ModelSaga implements InstanceEnd {
  status = 'running';
  said = '';
  readonly undone: string[] = [];
  readonly ended = new Word();
  private readonly steps: ModelStep[] = [];
  private readonly waits = new Set<Wait>();
  private readonly heard = new Set<number>();
  /** `run()` has ended; what is left of the code does nothing any more. */
  private isOver = false;
  private isCancelled = false;
  private unheard: Failure | undefined;

  constructor(
    readonly at: string,
    private readonly part: Part,
    private readonly world: ModelWorld,
  ) {}

  get isClosed(): boolean {
    return !['running', 'compensating', 'incident'].includes(this.status);
  }

  get isPastPivot(): boolean {
    return this.pivots.some(({ state }) => state === 'done');
  }

  /** C5: nothing from outside turns it back any more. */
  private get isAtPivot(): boolean {
    return this.pivots.some(({ state }) => state === 'done' || state === 'open');
  }

  private get pivots(): ModelStep[] {
    return this.steps.filter((step) => step instanceof ServiceStep && step.isPivot);
  }

  /** Lets `run()` begin. */
  async begin(): Promise<void> {
    void this.interpret(this.part, this.at, new Scope()).then(
      (said) => this.complete(said),
      (error: Failure) => this.fail(error),
    );
  }

  hear(signal: number): void {
    if (this.isClosed) return;
    this.heard.add(signal);
    for (const wait of this.waits) if (wait.signal === signal) this.answer(wait, `heard ${signal}`);
  }

  /** C7: thrown once, at what the code waits for, or else at what it asks for next. */
  cancel(): void {
    if (this.isOver || this.isCancelled || this.isAtPivot) return;
    this.isCancelled = true;
    const reached = [...this.waits].filter(
      ({ scope, isLimit, verdict }) => scope && !scope.isShielded && !isLimit && !verdict,
    );
    for (const wait of reached) this.throwAt(wait, new Failure('SagaCancelledError'));
    if (reached.length === 0) this.unheard = new Failure('SagaCancelledError');
  }

  /** C6: what it did is taken back, since its parent is undone. */
  async undo(): Promise<void> {
    if (this.isAtPivot) {
      this.world.isUncertain = true;
      return NEVER;
    }
    this.status = 'compensating';
    await this.undoAll();
    Object.assign(this, { status: 'compensated', said: 'taken back' });
  }

  private async interpret(part: Part, at: string, scope: Scope): Promise<string> {
    switch (part.do) {
      case 'step':
        return this.ask(scope, () =>
          this.perform(
            part.kind === 'pivot' ? undefined : scope,
            (answer) => new ServiceStep(part, at, this.world, answer),
          ),
        );
      case 'child':
        return this.ask(scope, () =>
          this.perform(scope, (answer) => new ModelChild(part.part, `${at}.c`, this.world, answer)),
        );
      case 'sleep':
        return this.ask(scope, () => this.timed(part.ms, 'slept', { scope }));
      case 'hear': {
        const { signal, within } = part;
        if (!this.isOver && this.heard.has(signal)) return this.ask(scope, async () => `heard ${signal}`);
        return this.ask(scope, () => this.timed(within, `deaf ${signal}`, { scope, signal }));
      }
      case 'compensate':
        return this.isOver ? NEVER : this.compensate(scope);
      case 'shield':
        return this.isOver ? NEVER : this.interpret(part.part, `${at}.s`, new Scope(scope, true));
      case 'limit':
        return this.ask(scope, () => this.limited(part.ms, part.part, `${at}.l`, scope));
      case 'try':
        return this.interpret(part.part, `${at}.t`, scope).catch(
          async (error: Failure) => `${inAWord(error)}! ${await this.interpret(part.rescue, `${at}.r`, scope)}`,
        );
      case 'sequence': {
        const said: string[] = [];
        for (const [index, one] of part.parts.entries()) said.push(await this.interpret(one, `${at}.${index}`, scope));
        return said.join(' ');
      }
    }
    const parts = part.parts.map((one, index) => this.interpret(one, `${at}.${index}`, scope));
    if (part.do === 'race') return Promise.race(parts);
    if (part.do === 'all') return (await Promise.all(parts)).join(' ');
    const settled = await Promise.allSettled(parts);
    return settled.map((one) => (one.status === 'fulfilled' ? one.value : inAWord(one.reason as Failure))).join(' ');
  }

  /** Asks for something, unless the code is over or cancelled. */
  private ask(scope: Scope, begin: () => Promise<string>): Promise<string> {
    if (this.isOver) return NEVER;
    const refusal = this.refusal(scope);
    return refusal ? Promise.reject(refusal) : begin();
  }

  /** Why nothing can be asked for; once, for a cancellation of the instance. */
  private refusal({ cancelledBy, isShielded }: Scope): Failure | undefined {
    if (cancelledBy) return cancelledBy.cancellation();
    if (isShielded) return undefined;
    const { unheard } = this;
    this.unheard = undefined;
    return this.isAtPivot ? undefined : unheard;
  }

  private perform(
    scope: Scope | undefined,
    make: (answer: ConstructorParameters<typeof ModelStep>[2]) => ModelStep,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { ...(scope ? { scope } : {}), resolve, reject };
      const step = make((state, said) => {
        if (state === 'done') return this.answer(wait, said);
        if (step instanceof ModelChild) return this.throwAt(wait, wait.verdict ?? new Failure('SagaFailedError'), true);
        this.throwAt(wait, state === 'declared' ? new Failure('Declined', said) : new Failure('StepUnknownError'));
      });
      wait.step = step;
      this.waits.add(wait);
      this.steps.push(step);
      void step.begin(this);
    });
  }

  private timed(ms: number, said: string, kind: Pick<Wait, 'scope' | 'signal'>): Promise<string> {
    return new Promise((resolve, reject) => void this.waitFor(ms, said, { ...kind, resolve, reject }));
  }

  private waitFor(ms: number, said: string, wait: Wait): Wait {
    const { time } = this.world;
    this.waits.add(wait);
    void time.at(time.now + ms).then(() => this.answer(wait, said));
    return wait;
  }

  private async limited(ms: number, part: Part, at: string, scope: Scope): Promise<string> {
    const own = new Scope(scope);
    let isLate = false;
    const timeUp = (): void => void (isLate = this.cancelScope(own));
    const timer = this.waitFor(ms, '', { scope, isLimit: true, resolve: timeUp, reject: () => undefined });
    try {
      return await this.interpret(part, at, own);
    } catch (error) {
      throw isLate && (error as Failure).scope === own ? new Failure('SagaTimeoutError') : error;
    } finally {
      own.hasEnded = true;
      this.waits.delete(timer);
    }
  }

  private cancelScope(scope: Scope): boolean {
    if (scope.hasEnded || scope.isCancelled || this.isOver) return false;
    scope.isCancelled = true;
    for (const wait of [...this.waits]) {
      if (!wait.verdict && wait.scope?.isIn(scope)) this.throwAt(wait, scope.cancellation());
    }
    return true;
  }

  private answer(wait: Wait, said: string): void {
    if (!this.waits.delete(wait)) return;
    if (wait.verdict) wait.reject(wait.verdict);
    else wait.resolve(said);
  }

  /** A step that is not waited for is not tried again; a child is told to end, and waited for. */
  private throwAt(wait: Wait, error: Failure, hasEnded = false): void {
    if (!this.waits.has(wait)) return;
    if (wait.step?.state === 'open') wait.step.leave();
    if (wait.step instanceof ModelChild && !hasEnded) {
      wait.verdict = error;
      return;
    }
    this.waits.delete(wait);
    wait.reject(error);
  }

  /** What has to be taken back, newest start first (C2, C3). */
  private plan(): ModelStep[] {
    const due = ({ isUndoable, state }: ModelStep): boolean => isUndoable && state !== 'declared' && state !== 'undone';
    return this.steps.filter(due).reverse();
  }

  /** @param isOwn the code asked for it, and stops doing so when it is over */
  private async undoAll(isOwn = false): Promise<void> {
    for (let [next] = this.plan(); next; [next] = this.plan()) {
      if (next.state === 'open') await next.outcome.given;
      else await (next.undoing ??= this.takeBack(next));
      // What the code does upon the same outcome may come first or later.
      await this.world.time.soon();
      if (isOwn && this.isOver) return NEVER;
    }
  }

  private async takeBack(step: ModelStep): Promise<void> {
    if (!(await step.takeBack(this))) return NEVER;
    step.state = 'undone';
    this.undone.push(step.at);
  }

  private async noWayBack(): Promise<boolean> {
    for (const { outcome } of this.pivots) await outcome.given;
    return this.isPastPivot;
  }

  private async compensate(scope: Scope): Promise<string> {
    const isCancelledBefore = scope.cancelledBy !== undefined;
    if (await this.noWayBack()) throw new Failure('SagaError');
    await this.undoAll(true);
    const cancellation = isCancelledBefore ? undefined : this.refusal(scope);
    if (cancellation) throw cancellation;
    return 'undone';
  }

  private complete(said: string): void {
    this.isOver = true;
    this.end('completed', said);
  }

  private async fail(error: Failure): Promise<void> {
    this.isOver = true;
    this.waits.clear();
    if (await this.noWayBack()) {
      if (this.steps.some(({ state }) => state === 'open')) this.world.isUncertain = true;
      this.status = 'incident';
      return;
    }
    const isUndone = this.plan().length > 0;
    if (isUndone) {
      this.status = 'compensating';
      this.leaveAll();
      await this.undoAll();
    }
    this.end(this.isCancelled ? 'cancelled' : isUndone ? 'compensated' : 'failed', inAWord(error));
  }

  private end(status: string, said: string): void {
    Object.assign(this, { status, said });
    this.leaveAll();
    this.ended.give();
  }

  private leaveAll(): void {
    for (const step of this.steps) if (step.state === 'open') step.leave();
  }
}

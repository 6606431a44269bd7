import type { CodeGate } from './code-gate.js';
import { CodeScope } from './code-scope.js';
import type { CodeSurroundings } from './code-surroundings.js';
import type { Duration } from './duration.js';
import type { OpenCalls } from './open-calls.js';
import { SagaCancelledError, SagaTimeoutError } from './outcome-errors.js';
import { pivotBegun } from './pivot.js';
import type { SagaScope } from './saga-scope.js';
import { throwToCode } from './thrown-to-code.js';

/** Runs a part of the code; a scope at hand lets it cancel itself. */
type Body = (scope: SagaScope) => unknown;

/** How cancellations, of the instance and of parts of its code, reach what the code asks for (law C7). */
export class CodeScopes {
  /** `run()` and everything that it begins. */
  private readonly main = new CodeScope();
  /** A cancellation of the instance that `run()` has not heard of yet. */
  private unheard: SagaCancelledError | undefined;

  constructor(
    private readonly around: CodeSurroundings,
    private readonly gate: CodeGate,
    private readonly open: OpenCalls,
  ) {}

  /** The scope of the call that is being made. */
  get current(): CodeScope {
    return this.around.ambient.current() ?? this.main;
  }

  /** Runs `run()`. */
  begin<T>(body: () => T): T {
    const { ambient } = this.around;
    // Whoever delivers the event may have been called from the code of another instance.
    return ambient.current() === undefined ? body() : ambient.enter(this.main, body);
  }

  /** Runs the handler of a message: it is no part of `run()`, nor of a scope that happens to be open there. */
  handle<T>(body: () => T): T {
    return this.around.ambient.enter(new CodeScope(), body);
  }

  scope(body: Body): Promise<unknown> {
    return this.gate.call('a scope', () => this.inside(new CodeScope(this.current), body));
  }

  shielded(body: () => unknown): Promise<unknown> {
    return this.gate.call('a shielded part', () => this.inside(new CodeScope(this.current, true), body));
  }

  /** A scope that is cancelled when a timer fires. @param call the timer's, which ends with the scope */
  async limited(limit: Duration, call: number, timeUp: Promise<unknown>, body: Body): Promise<unknown> {
    const scope = new CodeScope(this.current);
    let late = false;
    const expire = (): void => {
      late = this.cancel(scope, `its time of ${typeof limit === 'number' ? `${limit} ms` : limit} is up`);
    };
    void timeUp.then(expire, () => undefined);
    try {
      return await this.inside(scope, body);
    } catch (error) {
      throw late && scope.threw(error) ? throwToCode(new SagaTimeoutError(limit, { cause: error })) : error;
    } finally {
      this.close(call);
    }
  }

  /** Why a call that the code makes now is refused, once for a cancellation of the instance; undefined when it is not. */
  refusal(): SagaCancelledError | undefined {
    const { current } = this;
    return current.cancelledBy?.error() ?? this.hear(current);
  }

  /** The instance is cancelled: what `run()` waits for is rejected, or else what it asks for next. */
  cancelInstance(reason: string | undefined): void {
    const error = (): SagaCancelledError => throwToCode(new SagaCancelledError(reason));
    let heard = false;
    this.open.cancel(({ scope, limits }) => {
      // A time limit holds for what the code does after a cancellation, too.
      if (!scope || scope.shielded || limits) return false;
      heard ||= scope.outermost === this.main;
      return true;
    }, error);
    if (!heard) this.unheard = error();
  }

  private async inside(scope: CodeScope, body: Body): Promise<unknown> {
    const handle: SagaScope = {
      cancel: (reason) => void this.cancel(scope, reason),
      get cancelled() {
        return scope.cancelledBy !== undefined;
      },
    };
    try {
      return await this.around.ambient.enter(scope, () => body(handle));
    } finally {
      scope.ended = true;
    }
  }

  /** False when there was nothing to cancel any more. */
  private cancel(scope: CodeScope, reason: string | undefined): boolean {
    const what = 'the cancellation of a scope';
    this.gate.refuseReading(what);
    if (scope.ended || scope.cancelledBy === scope || !this.gate.mayGoOn(what)) return false;
    scope.cancel(reason);
    const calls = this.open.cancel(
      (call) => call.scope?.isReachedFrom(scope) ?? false,
      () => scope.error(),
    );
    if (calls.length > 0) this.around.decide({ type: 'CallsCancelled', calls });
    return true;
  }

  /** The timer of a scope that has ended must not wake anybody. */
  private close(call: number): void {
    if (!this.open.has(call) || !this.gate.mayGoOn('the end of a time limit')) return;
    this.open.forget(call);
    this.around.decide({ type: 'CallsCancelled', calls: [call] });
  }

  private hear(current: CodeScope): SagaCancelledError | undefined {
    const { unheard, around } = this;
    if (!unheard || current.shielded || current.outermost !== this.main) return undefined;
    this.unheard = undefined;
    if (!pivotBegun(around.steps, around.state)) return unheard;
    around.log('warn', 'A cancellation was held back until the saga had begun its pivot; it has no effect.');
    return undefined;
  }
}

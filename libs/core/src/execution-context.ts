import type { CodeCalls } from './code-calls.js';
import type { CodeGate } from './code-gate.js';
import type { CodeSurroundings } from './code-surroundings.js';
import { milliseconds, type Duration } from './duration.js';
import type { ContinueOptions, SagaContext, SagaLog } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import type { SagaScope } from './saga-scope.js';
import { SeededRandom } from './seeded-random.js';
import { encodeTagChanges, MOST_TAGS, tooManyTags, type TagChanges } from './tags.js';

/** What the context needs of the code that it is handed to. */
interface ContextOwner {
  readonly around: CodeSurroundings;
  readonly calls: CodeCalls;
  readonly gate: CodeGate;
}

/** The saga context: time, chance and waiting, all from history (law D7). */
export class ExecutionContext implements SagaContext {
  private chance: { readonly run: string; readonly numbers: SeededRandom } | undefined;
  /** Names of tags that the code has used, also of those it took away: a loop must not make up new ones for ever. */
  private tagged: ReadonlySet<string> | undefined;

  constructor(private readonly code: ContextOwner) {}

  get log(): SagaLog {
    const { around } = this.code;
    return {
      info: (message, details) => around.log('info', message, details),
      warn: (message, details) => around.log('warn', message, details),
    };
  }

  get id(): string {
    return this.code.around.id;
  }

  get handlersFinished(): boolean {
    return this.code.around.state.openUpdates().length === 0;
  }

  get historyLength(): number {
    return this.code.around.historyLength;
  }

  patched(patch: string): boolean {
    return this.code.calls.patched(patch);
  }

  deprecatePatch(patch: string): void {
    this.code.around.patches.deprecate(patch);
  }

  continueAsNew(input?: unknown, options: ContinueOptions = {}): Promise<never> {
    const { version = this.code.around.definition.version } = options;
    return this.code.calls.continueAsNew(input, version);
  }

  now(): Date {
    return new Date(this.code.around.at);
  }

  uuid(): string {
    this.code.gate.draw('a UUID');
    return this.numbers.uuid();
  }

  random(): number {
    this.code.gate.draw('a random number');
    return this.numbers.next();
  }

  private get numbers(): SeededRandom {
    const { run } = this.code.around;
    if (this.chance?.run !== run) this.chance = { run, numbers: new SeededRandom(run) };
    return this.chance.numbers;
  }

  sleep(duration: Duration): Promise<void> {
    return guarded(async () => {
      await this.code.calls.sleep(this.code.around.at + milliseconds(duration));
    });
  }

  async scope<T>(body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T> {
    return (await this.code.calls.scopes.scope(asBody('scope', body))) as T;
  }

  async shielded<T>(body: () => T | PromiseLike<T>): Promise<T> {
    return (await this.code.calls.scopes.shielded(asBody('shielded', body))) as T;
  }

  async withTimeout<T>(limit: Duration, body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T> {
    return (await this.code.calls.withTimeout(limit, asBody('withTimeout', body))) as T;
  }

  compensate(): Promise<void> {
    return guarded(async () => {
      await this.code.calls.compensate();
    });
  }

  tag(changes: TagChanges): void {
    const stored = encodeTagChanges(changes);
    const names = Object.keys(stored);
    const used = new Set([...(this.tagged ?? []), ...names]);
    if (used.size > MOST_TAGS) throw tooManyTags(used.size);
    if (names.length > 0) this.code.calls.tag(stored);
    this.tagged = used;
  }

  until(condition: () => boolean, timeout?: Duration): Promise<boolean> {
    return guarded(async () => {
      const dueAt = timeout === undefined ? undefined : this.code.around.at + milliseconds(timeout);
      return (await this.code.calls.until(condition, dueAt)) === true;
    });
  }
}

function asBody<F extends (...args: never[]) => unknown>(method: string, body: F): F {
  if (typeof body === 'function') return body;
  throw new SagaError(
    'INVALID_CONFIGURATION',
    `saga.${method}() was given no function.`,
    `Pass what it should run: saga.${method}(${method === 'withTimeout' ? "'30s', " : ''}async () => …).`,
  );
}

/** A rejection that nobody awaits, of the loser of a race or after a cancellation, is nobody's crash. */
function guarded<T>(begin: () => Promise<T>): Promise<T> {
  const promise = begin();
  promise.catch(() => undefined);
  return promise;
}

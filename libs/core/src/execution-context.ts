import { milliseconds, type Duration } from './duration.js';
import type { ContinueOptions, SagaContext, SagaLog } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import type { SagaScope } from './saga-scope.js';
import { SeededRandom } from './seeded-random.js';
import { encodeTagChanges, MOST_TAGS, tooManyTags, type StoredTagChanges, type TagChanges } from './tags.js';

/** What the context needs of its execution. Times are milliseconds since the epoch. */
interface ContextCalls {
  /** The instance's id, and the run that seeds its chance: those of another as long as it follows that one's history. */
  self(): { readonly id: string; readonly run: string };
  now(): number;
  /** Throws where a number must not be drawn: it would be another one in a replay. */
  draw(what: string): void;
  patched(patch: string): boolean;
  deprecatePatch(patch: string): void;
  continueAsNew(input: unknown, version: number | undefined): Promise<never>;
  historyLength(): number;
  openUpdates(): number;
  sleep(dueAt: number): Promise<unknown>;
  until(condition: () => boolean, dueAt: number | undefined): Promise<unknown>;
  scope(body: (scope: SagaScope) => unknown): Promise<unknown>;
  shielded(body: () => unknown): Promise<unknown>;
  withTimeout(limit: Duration, body: (scope: SagaScope) => unknown): Promise<unknown>;
  compensate(): Promise<unknown>;
  tag(changes: StoredTagChanges): void;
  log(level: keyof SagaLog, message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** The saga context: time, chance and waiting, all from history (law D7). */
export class ExecutionContext implements SagaContext {
  readonly log: SagaLog;
  private chance: { readonly run: string; readonly numbers: SeededRandom } | undefined;
  /** Names of tags that the code has used, also of those it took away: a loop must not make up new ones for ever. */
  private readonly tagged = new Set<string>();

  constructor(private readonly calls: ContextCalls) {
    this.log = {
      info: (message, details) => calls.log('info', message, details),
      warn: (message, details) => calls.log('warn', message, details),
    };
  }

  get id(): string {
    return this.calls.self().id;
  }

  get handlersFinished(): boolean {
    return this.calls.openUpdates() === 0;
  }

  get historyLength(): number {
    return this.calls.historyLength();
  }

  patched(patch: string): boolean {
    return this.calls.patched(patch);
  }

  deprecatePatch(patch: string): void {
    this.calls.deprecatePatch(patch);
  }

  continueAsNew(input?: unknown, { version }: ContinueOptions = {}): Promise<never> {
    return this.calls.continueAsNew(input, version);
  }

  now(): Date {
    return new Date(this.calls.now());
  }

  uuid(): string {
    this.calls.draw('a UUID');
    return this.numbers.uuid();
  }

  random(): number {
    this.calls.draw('a random number');
    return this.numbers.next();
  }

  private get numbers(): SeededRandom {
    const { run } = this.calls.self();
    if (this.chance?.run !== run) this.chance = { run, numbers: new SeededRandom(run) };
    return this.chance.numbers;
  }

  sleep(duration: Duration): Promise<void> {
    return guarded(async () => {
      await this.calls.sleep(this.calls.now() + milliseconds(duration));
    });
  }

  async scope<T>(body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T> {
    return (await this.calls.scope(asBody('scope', body))) as T;
  }

  async shielded<T>(body: () => T | PromiseLike<T>): Promise<T> {
    return (await this.calls.shielded(asBody('shielded', body))) as T;
  }

  async withTimeout<T>(limit: Duration, body: (scope: SagaScope) => T | PromiseLike<T>): Promise<T> {
    return (await this.calls.withTimeout(limit, asBody('withTimeout', body))) as T;
  }

  compensate(): Promise<void> {
    return guarded(async () => {
      await this.calls.compensate();
    });
  }

  tag(changes: TagChanges): void {
    const stored = encodeTagChanges(changes);
    const names = Object.keys(stored);
    const used = new Set([...this.tagged, ...names]).size;
    if (used > MOST_TAGS) throw tooManyTags(used);
    if (names.length > 0) this.calls.tag(stored);
    for (const name of names) this.tagged.add(name);
  }

  until(condition: () => boolean, timeout?: Duration): Promise<boolean> {
    return guarded(async () => {
      const dueAt = timeout === undefined ? undefined : this.calls.now() + milliseconds(timeout);
      return (await this.calls.until(condition, dueAt)) === true;
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

import { milliseconds, type Duration } from './duration.js';
import type { ContinueOptions, SagaContext, SagaLog } from './saga-definition.js';
import { SeededRandom } from './seeded-random.js';
import { encodeTagChanges, MOST_TAGS, tooManyTags, type StoredTagChanges, type TagChanges } from './tags.js';

/** What the context needs of its execution. Times are milliseconds since the epoch. */
interface ContextCalls {
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
  compensate(): Promise<unknown>;
  tag(changes: StoredTagChanges): void;
  log(level: keyof SagaLog, message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** The saga context: time, chance and waiting, all from history (law D7). */
export class ExecutionContext implements SagaContext {
  readonly log: SagaLog;
  private readonly chance: SeededRandom;
  /** Names of tags that the code has used, also of those it took away: a loop must not make up new ones for ever. */
  private readonly tagged = new Set<string>();

  constructor(
    readonly id: string,
    run: string,
    private readonly calls: ContextCalls,
  ) {
    this.chance = new SeededRandom(run);
    this.log = {
      info: (message, details) => calls.log('info', message, details),
      warn: (message, details) => calls.log('warn', message, details),
    };
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
    return this.chance.uuid();
  }

  random(): number {
    this.calls.draw('a random number');
    return this.chance.next();
  }

  sleep(duration: Duration): Promise<void> {
    return guarded(async () => {
      await this.calls.sleep(this.calls.now() + milliseconds(duration));
    });
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

/** A rejection that nobody awaits, of the loser of a race or after a cancellation, is nobody's crash. */
function guarded<T>(begin: () => Promise<T>): Promise<T> {
  const promise = begin();
  promise.catch(() => undefined);
  return promise;
}

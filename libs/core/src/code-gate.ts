import type { CodeSurroundings } from './code-surroundings.js';
import { callFromQuery, callOutsideTurn } from './rule-violations.js';
import type { SagaError } from './saga-error.js';

/** What the code is allowed at this moment: to make calls, only to read, or nothing because no event is being delivered. */
export type CodeMode = 'delivering' | 'reading' | 'between turns';

/** The gate that every call of the code passes: after a violation the code gets no further, and a call at the wrong time is one. */
export class CodeGate {
  mode: CodeMode = 'between turns';
  /** `run()` has settled: branches of the code that it did not wait for get no further. */
  ended = false;
  /** Somebody from outside is being answered, whom history must not remember. */
  private asked = false;
  /** The call that the code made where it may only read. */
  private refused: SagaError | undefined;

  constructor(private readonly around: CodeSurroundings) {}

  /** Makes a call, if the code may make one now. */
  call(what: string, make: () => Promise<unknown>): Promise<unknown> {
    const { name } = this.around.definition;
    if (this.mode === 'reading') return rejected((this.refused ??= callFromQuery(name, what)));
    if (this.mode === 'between turns') this.around.violate(callOutsideTurn(name, what));
    if (this.around.parked || this.ended) return new Promise(() => undefined);
    try {
      return make();
    } catch (error) {
      return rejected(error);
    }
  }

  /** Throws where the code may only read. */
  refuseReading(what: string): void {
    if (this.mode === 'reading') throw callFromQuery(this.around.definition.name, what);
  }

  /** Lets the code look at itself and nothing else. Throws what it asked for meanwhile, also where the code did not wait for that. */
  reading<T>(read: () => T): T {
    const before = [this.mode, this.refused] as const;
    this.mode = 'reading';
    this.refused = undefined;
    try {
      const answer = read();
      if (this.refused) throw this.refused as SagaError;
      return answer;
    } finally {
      [this.mode, this.refused] = before;
    }
  }

  /** As `reading`, for somebody outside: what the code does wrong meanwhile is thrown to them, and the instance knows nothing of it (M2). */
  answering<T>(answer: () => T): T {
    this.asked = true;
    try {
      return this.reading(answer);
    } finally {
      this.asked = false;
    }
  }

  /** Throws where a number must not be drawn: it would be another one in a replay. */
  draw(what: string): void {
    if (this.asked) throw callFromQuery(this.around.definition.name, what);
  }

  violate(error: SagaError): void {
    if (!this.asked) this.around.violate(error);
  }

  /** False when the code has lost its say: after a violation or its end, or when it went on by itself between two turns. */
  mayGoOn(what: string): boolean {
    if (this.ended) return false;
    if (this.mode === 'between turns') this.around.violate(callOutsideTurn(this.around.definition.name, what));
    return !this.around.parked;
  }

  /** As `mayGoOn`, for `run()` itself: nothing comes after it. */
  mayEnd(): boolean {
    if (!this.mayGoOn('its end')) return false;
    this.ended = true;
    return true;
  }
}

function rejected(error: unknown): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}

import type { SagaError, StepCall } from 'reprise/core';
import type { AttemptTrace } from './attempt-trace.js';
import type { Pulse } from './pulse.js';

/** One attempt under way, for as long as somebody waits for it. */
export class AttemptLife {
  pulse: Pulse | undefined;
  /** Absent when nobody records traces. */
  trace: AttemptTrace | undefined;
  private controller: AbortController | undefined;
  private reason: SagaError | undefined;

  /**
   * @param attempt 1 for the first try of the step
   * @param edits how often an operator had edited its input by then
   */
  constructor(
    readonly attempt: number,
    readonly edits: number | undefined,
  ) {}

  /** Made when a body first asks for it: most never do. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.reason) this.controller.abort(this.reason);
    return this.controller.signal;
  }

  /** Nobody waits for the attempt any more; the first reason counts. */
  interrupt(reason: SagaError): void {
    if (this.reason) return;
    this.reason = reason;
    this.controller?.abort(reason);
    this.trace?.cut(reason);
  }
}

/** The attempts of one instance that are under way, by call: one of each call at the most. */
export class AttemptLives {
  private readonly lives = new Map<number, AttemptLife>();

  get size(): number {
    return this.lives.size;
  }

  has(call: number): boolean {
    return this.lives.has(call);
  }

  get(call: number): AttemptLife | undefined {
    return this.lives.get(call);
  }

  all(): Iterable<readonly [call: number, life: AttemptLife]> {
    return this.lives;
  }

  /** True while this very attempt of the call is waited for. */
  awaits(call: number, life: AttemptLife): boolean {
    return this.lives.get(call) === life;
  }

  begin({ call, failures, edits }: StepCall): AttemptLife {
    const life = new AttemptLife(failures + 1, edits);
    this.lives.set(call, life);
    return life;
  }

  /** The attempt has ended, or its time is up. */
  end(call: number): void {
    this.lives.delete(call);
  }

  interrupt(call: number, reason: SagaError): void {
    this.lives.get(call)?.interrupt(reason);
  }
}

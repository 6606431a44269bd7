import type { OutgoingMessage, SagaState, StartableSaga, TraceSpan, Tracing, Turn } from 'reprise/core';
import { AttemptTrace, type TracedAttempt } from './attempt-trace.js';
import { TracedEmissions } from './traced-emissions.js';

/**
 * The span of one stay of an instance in a worker's memory. The first one, in which `run()` begins, belongs to the trace of the start;
 * every later one is a trace of its own with a link to it, since an instance outlives what began it.
 */
export class Activation {
  private span: TraceSpan | undefined;

  constructor(private readonly tracing: Tracing) {}

  /** @param turns the history so far */
  begin(id: string, { name, version }: StartableSaga, turns: readonly Pick<Turn, 'events'>[]): void {
    const [started, ...later] = turns[0]!.events;
    const alone = turns.length === 1 && later.length === 0;
    const origin = started?.type === 'SagaStarted' ? started : undefined;
    const begins = alone && origin && !origin.delayed && !origin.continues;
    this.span = this.tracing.begin({
      name: `saga run ${name}`,
      kind: 'internal',
      attributes: { 'saga.name': name, 'saga.version': version, 'saga.id': id },
      parent: begins ? origin.trace : undefined,
      link: origin?.trace,
    });
  }

  /** Runs the instance's code inside it. */
  run<T>(code: () => T): T {
    return this.span ? this.span.run(code) : code();
  }

  end({ status, closed, error }: SagaState): void {
    this.span?.end({ attributes: { 'saga.status': status }, error: closed ? error : undefined });
  }

  /** What it did is not part of any history: it is not reported. */
  forget(): void {
    this.span = undefined;
  }

  /** What leaves with a turn, events with the trace in which they are emitted. */
  publish(outgoing: readonly OutgoingMessage[]): TracedEmissions {
    return new TracedEmissions(this.tracing, this.span, outgoing);
  }

  /** The trace of one attempt. */
  attempt(attempt: TracedAttempt): AttemptTrace {
    return new AttemptTrace(this.tracing, this.span, attempt);
  }
}

/** Runs the code of an instance inside its trace, where it has one. */
export function within<T>({ activation }: { readonly activation?: Activation | undefined }, code: () => T): T {
  return activation ? activation.run(code) : code();
}

import type { RecordedError } from './error-record.js';

/** The W3C trace context of a span, as it travels in envelopes and stands in histories. */
export interface TraceContext {
  /** `00-<trace id>-<span id>-<flags>`. */
  readonly traceparent: string;
  readonly tracestate?: string;
}

export type TraceAttributes = Readonly<Record<string, string | number>>;

/** A span that is about to begin. */
export interface TraceOpening {
  readonly name: string;
  readonly kind: 'producer' | 'consumer' | 'internal';
  readonly attributes: TraceAttributes;
  /** What it is a part of; `active`: of whatever its caller is in. Absent: it begins a trace of its own. */
  readonly parent?: TraceSpan | TraceContext | 'active' | undefined;
  /** What it comes from without being a part of it: instances outlive the traces in which they begin. */
  readonly link?: TraceContext | undefined;
}

/** How a span ended. */
export interface TraceEnd {
  /** The error that it ended in. Its code, or else its name, is all that a trace may hold: a message may hold data. */
  readonly error?: Pick<RecordedError, 'name' | 'code'> | undefined;
  readonly attributes?: TraceAttributes;
}

/** A span that has begun. One that is never ended is never reported. */
export interface TraceSpan {
  /** What others go on from; undefined where nothing records or carries traces. */
  readonly context: TraceContext | undefined;
  /** Runs code inside it: spans that the code makes belong to this one. */
  run<T>(body: () => T): T;
  /** The first end counts. */
  end(end?: TraceEnd): void;
}

/** Tells what happens to whoever records traces. `openTelemetry()` of `reprise/opentelemetry` is one. */
export abstract class Tracing {
  abstract begin(opening: TraceOpening): TraceSpan;
}

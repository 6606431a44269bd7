import { context, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import type { TraceContext, TraceEnd, TraceSpan } from 'reprise/core';
import { traceContextOf } from './trace-context.js';

/** A span, and the context in which its code runs. */
export class OpenTelemetrySpan implements TraceSpan {
  readonly within: Context;
  private ended = false;

  constructor(
    private readonly span: Span,
    parent: Context,
  ) {
    this.within = trace.setSpan(parent, span);
  }

  get context(): TraceContext | undefined {
    return traceContextOf(this.span.spanContext());
  }

  run<T>(body: () => T): T {
    return context.with(this.within, body);
  }

  end({ error, attributes }: TraceEnd = {}): void {
    if (this.ended) return;
    this.ended = true;
    if (attributes) this.span.setAttributes(attributes);
    if (error !== undefined) {
      const type = error.code ?? error.name;
      this.span.setAttribute('error.type', type);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message: type });
    }
    this.span.end();
  }
}

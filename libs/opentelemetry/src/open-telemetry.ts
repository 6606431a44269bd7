import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Context,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { Tracing, type TraceOpening, type TraceSpan } from 'reprise/core';
import { OpenTelemetrySpan } from './open-telemetry-span.js';
import { spanContextOf } from './trace-context.js';

export interface OpenTelemetryOptions {
  /** Makes the spans. Default: the one that is registered with the API, also when that comes later. */
  readonly tracerProvider?: TracerProvider;
}

/**
 * Tells OpenTelemetry what sagas and participants do, and carries the W3C trace context over every transport. It needs the package
 * `@opentelemetry/api`; which SDK records the spans, if any, is the application's choice. Without one nothing is recorded.
 * @example
 * SagaModule.forRoot({ store, transport, tracing: openTelemetry() })
 * ParticipantModule.forRoot({ inbox, tracing: openTelemetry() })
 */
export function openTelemetry({ tracerProvider = trace.getTracerProvider() }: OpenTelemetryOptions = {}): Tracing {
  return new OpenTelemetryTracing(tracerProvider.getTracer('reprise'));
}

const KINDS = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER, internal: SpanKind.INTERNAL } as const;

class OpenTelemetryTracing extends Tracing {
  constructor(private readonly tracer: Tracer) {
    super();
  }

  override begin({ name, kind, attributes, parent, link }: TraceOpening): TraceSpan {
    const around = contextOf(parent);
    const linked = link && spanContextOf(link);
    const links = linked ? [{ context: linked }] : [];
    return new OpenTelemetrySpan(this.tracer.startSpan(name, { kind: KINDS[kind], attributes, links }, around), around);
  }
}

function contextOf(parent: TraceOpening['parent']): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  if (parent === 'active') return context.active();
  if (parent instanceof OpenTelemetrySpan) return parent.within;
  const remote = 'traceparent' in parent ? spanContextOf(parent) : parent.context && spanContextOf(parent.context);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT;
}

import { createTraceState, isSpanContextValid, TraceFlags, type SpanContext } from '@opentelemetry/api';
import type { TraceContext } from 'reprise/core';

/** Version 00 of the W3C trace context; what a later version adds behind it is not read. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:$|-)/;
/** What everybody has to carry. More may be dropped. */
const LONGEST_STATE = 512;

/** Reads what came from elsewhere; undefined for what is no trace context. */
export function spanContextOf({ traceparent, tracestate }: TraceContext): SpanContext | undefined {
  const [, traceId, spanId, flags] = (typeof traceparent === 'string' && TRACEPARENT.exec(traceparent)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const context: SpanContext = {
    traceId,
    spanId,
    traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(typeof tracestate === 'string' && tracestate !== '' && tracestate.length <= LONGEST_STATE
      ? { traceState: createTraceState(tracestate) }
      : {}),
  };
  return isSpanContextValid(context) ? context : undefined;
}

/** What travels; undefined for a span that is none. */
export function traceContextOf(context: SpanContext): TraceContext | undefined {
  if (!isSpanContextValid(context)) return undefined;
  const { traceId, spanId, traceFlags, traceState } = context;
  const traceparent = `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`;
  const tracestate = traceState?.serialize();
  return tracestate && tracestate.length <= LONGEST_STATE ? { traceparent, tracestate } : { traceparent };
}

import type { DeliveryTerms } from './service-dialect.js';

/** The W3C trace context as native headers, for services that know nothing of the envelope. */
export function traceHeaders({ traceparent, tracestate }: DeliveryTerms): Record<string, string> {
  return {
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined ? {} : { tracestate }),
  };
}

import type { StartableSaga, TraceContext, TraceSpan, Tracing } from 'reprise/core';

/** The span of a start, part of whatever its caller is in, or of what began it elsewhere. */
export function startSpan(
  tracing: Tracing,
  { name, version }: StartableSaga,
  id: string,
  from: TraceContext | undefined,
): TraceSpan {
  return tracing.begin({
    name: `saga start ${name}`,
    kind: 'producer',
    attributes: { 'saga.name': name, 'saga.version': version, 'saga.id': id },
    parent: from ?? 'active',
  });
}

import { recordError, type Cue, type TraceSpan, type Tracing } from 'reprise/core';

/** @param parent absent: a trace of its own */
export function publishSpan(
  tracing: Tracing,
  event: string,
  id: string,
  parent: TraceSpan | 'active' | undefined,
): TraceSpan {
  return tracing.begin({
    name: `${event} publish`,
    kind: 'producer',
    attributes: {
      'messaging.system': 'reprise',
      'messaging.destination.name': event,
      'messaging.operation.type': 'send',
      'messaging.message.id': id,
    },
    parent,
  });
}

/** Publishes an event in a span of its own, from which whoever hears it goes on. */
export async function tracedPublish(tracing: Tracing, cue: Cue, publish: (cue: Cue) => Promise<void>): Promise<void> {
  const span = publishSpan(tracing, cue.event, cue.id, 'active');
  const { context } = span;
  try {
    await span.run(() => publish(context ? { ...cue, trace: context } : cue));
    span.end();
  } catch (error) {
    span.end({ error: recordError(error) });
    throw error;
  }
}

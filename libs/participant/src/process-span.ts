import type { ReplyEnvelope, StepEnvelope, TraceAttributes, TraceSpan, Tracing } from 'reprise/core';

/** Handles a request of a saga in a span of its own, which goes on from that of the sender. */
export async function processed(
  tracing: Tracing,
  pattern: string,
  envelope: StepEnvelope,
  answer: () => Promise<ReplyEnvelope>,
): Promise<ReplyEnvelope> {
  const span = processSpan(tracing, pattern, envelope);
  const reply = await span.run(answer);
  if (reply.ok) span.end({ attributes: { 'saga.step.outcome': 'completed' } });
  else {
    const attributes = { 'saga.step.outcome': reply.kind };
    // A declared error is an answer: the handler has done what it should.
    span.end(reply.kind === 'declared' ? { attributes } : { attributes, error: reply.error });
  }
  return reply;
}

function processSpan(tracing: Tracing, pattern: string, envelope: StepEnvelope): TraceSpan {
  const { saga, instance, step, attempt, key, traceparent, tracestate, cue } = envelope;
  const about: TraceAttributes = cue
    ? { 'messaging.message.conversation_id': cue.flow }
    : { 'saga.name': saga, 'saga.id': instance, 'saga.step.name': step, 'saga.step.attempt': attempt };
  const destination = cue?.event ?? pattern;
  return tracing.begin({
    name: `${destination} process`,
    kind: 'consumer',
    attributes: {
      'messaging.system': 'reprise',
      'messaging.destination.name': destination,
      'messaging.operation.type': 'process',
      'messaging.message.id': key,
      ...about,
    },
    parent: traceparent === undefined ? 'active' : { traceparent, ...(tracestate === undefined ? {} : { tracestate }) },
  });
}

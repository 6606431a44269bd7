import {
  recordError,
  type AttemptOutcome,
  type CommandAddress,
  type DeferredOutcome,
  type StepCall,
  type StepDefinition,
  type StepReply,
  type TraceAttributes,
  type TraceContext,
  type TraceSpan,
  type Tracing,
} from 'reprise/core';

/** Which attempt it is. */
export interface TracedAttempt {
  readonly saga: string;
  readonly instance: string;
  readonly definition: StepDefinition;
  readonly call: StepCall;
  readonly target: StepCall | undefined;
  readonly attempt: number;
}

/** The spans of one attempt: what is done here, and what is sent to a service. A step that another service performs has the second alone. */
export class AttemptTrace {
  private readonly attributes: TraceAttributes;
  private span: TraceSpan | undefined;
  private sending: TraceSpan | undefined;

  constructor(
    private readonly tracing: Tracing,
    private readonly parent: TraceSpan | undefined,
    private readonly traced: TracedAttempt,
  ) {
    const { saga, instance, call, attempt } = traced;
    this.attributes = {
      'saga.name': saga,
      'saga.id': instance,
      'saga.step.name': call.step,
      'saga.step.attempt': attempt,
    };
  }

  /** Never rejects, as the attempt does not. */
  async perform<T extends AttemptOutcome | DeferredOutcome>(body: () => Promise<T>): Promise<T> {
    const name = nameOf(this.traced);
    if (name === undefined) return body();
    const { tracing, parent, attributes } = this;
    this.span = tracing.begin({ name, kind: 'internal', attributes, parent });
    const outcome = await this.span.run(body);
    this.span.end(endOf(outcome));
    return outcome;
  }

  /** @param system what carries it, as `nats`; undefined when the transport does not say */
  async send(
    { service, operation }: CommandAddress,
    system: string | undefined,
    send: (context: TraceContext | undefined) => Promise<StepReply>,
  ): Promise<StepReply> {
    const destination = `${service}.${operation}`;
    const sending = this.tracing.begin({
      name: `${destination} send`,
      kind: 'producer',
      attributes: {
        ...this.attributes,
        ...(system === undefined ? {} : { 'messaging.system': system }),
        'messaging.destination.name': destination,
        'messaging.operation.type': 'send',
        'messaging.message.conversation_id': this.traced.instance,
      },
      parent: this.span ?? this.parent,
    });
    this.sending = sending;
    try {
      const reply = await sending.run(() => send(sending.context));
      sending.end(endOf(reply));
      return reply;
    } catch (thrown) {
      sending.end({ error: recordError(thrown) });
      throw thrown;
    }
  }

  /** Nobody waits for the attempt any more. */
  cut(reason: unknown): void {
    const error = recordError(reason);
    this.sending?.end({ error });
    this.span?.end({ error });
  }
}

/** What is done here; undefined where nothing is, but to send it. */
function nameOf({ definition, call, target }: TracedAttempt): string | undefined {
  if (definition.verdict) return `verify ${call.step}`;
  if (target) return `compensate ${target.step}`;
  return definition.command ? undefined : `step ${call.step}`;
}

function endOf(ended: AttemptOutcome | DeferredOutcome | StepReply) {
  const attributes = { 'saga.step.outcome': ended.outcome };
  return 'error' in ended ? { attributes, error: ended.error } : { attributes };
}

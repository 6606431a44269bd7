import { continuedBy, type OutgoingMessage, type TraceSpan, type Tracing } from 'reprise/core';
import { publishSpan } from './traced-publish.js';

/** The spans of the events that leave with one turn: whoever hears an event goes on from its span. */
export class TracedEmissions {
  readonly outgoing: readonly OutgoingMessage[];
  private readonly spans: TraceSpan[] = [];

  constructor(tracing: Tracing, parent: TraceSpan | undefined, outgoing: readonly OutgoingMessage[]) {
    this.outgoing = outgoing.map((sent) => {
      if (sent.message.kind !== 'emit') return sent;
      const span = publishSpan(tracing, sent.message.name, sent.message.id, parent);
      this.spans.push(span);
      return continuedBy(sent, span.context);
    });
  }

  /** The turn is durable. Of one that is not, nothing is reported. */
  published(): void {
    for (const span of this.spans) span.end();
  }
}

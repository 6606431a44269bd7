import type { RequestTrace } from 'reprise/core';
import type { InboxTraces } from './inbox-traces.js';

/** What this participant knows of requests by their keys: those that it is handling, and those in its inbox. */
export class RequestTraces {
  /** When the first delivery of each came, in milliseconds since the epoch. */
  private readonly handling = new Map<string, number>();

  constructor(private readonly inbox: InboxTraces | undefined) {}

  /** A request is being looked at from here on. Answers what to call when it is answered. */
  began(key: string, received: number): () => void {
    if (this.handling.has(key)) return () => undefined;
    this.handling.set(key, received);
    return () => void this.handling.delete(key);
  }

  async of(keys: readonly string[]): Promise<RequestTrace[]> {
    const found = this.inbox ? await this.inbox.of(keys) : keys.map((key): RequestTrace => ({ key, state: 'unknown' }));
    return found.map((trace) => {
      const received = this.handling.get(trace.key);
      // What has ended is as the inbox says, though a repeated delivery may be on its way through here.
      if (received === undefined || trace.state === 'answered' || trace.state === 'undone') return trace;
      return { ...trace, state: 'handling', received };
    });
  }
}

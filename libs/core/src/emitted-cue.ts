import { flowOf, type Cue, type CueLinks } from './cue.js';
import { cueMarks } from './cue-marks.js';
import type { EventEmitted } from './cue-history.js';
import { shardOf } from './shard.js';
import type { Json } from './json.js';
import type { OutgoingMessage } from './message.js';
import type { SagaState } from './saga-state.js';
import type { TraceContext } from './tracing.js';

/** What leaves beside the payload of an emitted event. */
interface EmittedLinks extends CueLinks {
  readonly at: number;
  readonly marks: readonly string[];
  readonly trace?: TraceContext;
}

/** An emitted event on its way out: it leaves with the turn, as messages to other instances do. */
export function emission(event: EventEmitted, at: number, state: SagaState, id: string, run: string): OutgoingMessage {
  const key = event.key ?? id;
  const links: EmittedLinks = {
    at,
    // What it waited for belongs to the flow of whoever sent that, but the instance stays in its own.
    flow: flowOf(state.started, id),
    causation: state.cues.latest?.id ?? run,
    correlation: key,
    marks: cueMarks(event.event, event.payload),
  };
  return {
    to: { shard: shardOf(key), id: key },
    message: {
      id: `${run}:${event.call}`,
      kind: 'emit',
      name: event.event,
      input: [event.payload, links as unknown as Json],
    },
  };
}

/** An emitted event that carries the trace in which it was emitted. */
export function continuedBy(sent: OutgoingMessage, trace: TraceContext | undefined): OutgoingMessage {
  if (!trace) return sent;
  const [payload, links] = sent.message.input as readonly [Json, Record<string, Json>];
  return { ...sent, message: { ...sent.message, input: [payload, { ...links, trace: trace as unknown as Json }] } };
}

/** The cue that an outgoing message of kind `emit` is. */
export function cueOf({ to, message: { id, name, input } }: OutgoingMessage): Cue {
  const [payload, links] = input as readonly [Json, unknown];
  return { id, event: name, key: to.id, payload, ...(links as EmittedLinks) };
}

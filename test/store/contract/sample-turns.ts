import { randomUUID } from 'node:crypto';
import { shardOf, type Message, type StartRecord, type TurnAppend } from 'reprise/core';

/** A first turn, of a new id if none is given. */
export function startOf(options: Partial<StartRecord> = {}, more: Partial<TurnAppend> = {}): TurnAppend {
  const id = options.id ?? `order-${randomUUID()}`;
  const start = { id, saga: 'PlaceOrder', version: 1, tags: {}, reuse: false, owned: true, ...options };
  const { saga, version } = start;
  return {
    key: { shard: shardOf(id), run: randomUUID() },
    seq: 0,
    turn: { at: 1_763_000_000_000, events: [{ type: 'SagaStarted', saga, version, engine: 1, input: { id } }] },
    start,
    ...more,
  };
}

/** A later turn of the same instance. */
export function turnOf(start: TurnAppend, seq: number, more: Partial<TurnAppend> = {}): TurnAppend {
  const events = [{ type: 'StepCompleted' as const, call: seq, attempt: 1, result: `result ${seq}` }];
  return { key: start.key, seq, turn: { at: 1_763_000_000_000 + seq, events }, ...more };
}

export function messageOf(name: string, kind: Message['kind'] = 'signal'): Message {
  return { id: randomUUID(), kind, name, input: [name] };
}

import type { TurnAppend } from 'reprise/core';
import { binaryArray, type ElementType } from './binary-array.js';

/** The parents of all turns, and their replies and messages, flat. */
export function correspondenceColumns(turns: readonly TurnAppend[]): Buffer[] {
  const replies = turns.flatMap((turn, index) => (turn.replies ?? []).map((reply) => ({ place: index + 1, ...reply })));
  const letters = turns.flatMap((turn, index) => (turn.outgoing ?? []).map((sent) => ({ place: index + 1, ...sent })));
  return [
    column('json', turns, ({ start }) => start?.parent && JSON.stringify(start.parent)),
    column('integer', replies, ({ place }) => place),
    column('text', replies, ({ message }) => message),
    column('json', replies, ({ reply }) => JSON.stringify(reply)),
    column('integer', letters, ({ place }) => place),
    column('text', letters, ({ message }) => message.id),
    column('smallint', letters, ({ to }) => to.shard),
    column('text', letters, ({ to }) => to.id),
    column('text', letters, ({ message }) => message.kind),
    column('text', letters, ({ message }) => message.name),
    column('json', letters, ({ message }) => JSON.stringify(message.input)),
  ];
}

function column<T>(type: ElementType, items: readonly T[], value: (item: T) => string | number | undefined): Buffer {
  return binaryArray(type, items.map(value));
}

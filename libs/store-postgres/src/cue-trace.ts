import type { CueTrace, Json, RecordedError } from 'reprise/core';
import type { Row } from './connection.js';
import { jsonOf } from './summary.js';

/** A row of `trace-cues`. */
export function traceOfRow(row: Row): CueTrace {
  const time = <N extends string>(name: N, column: string): { readonly [K in N]?: number } => {
    const value = row[column];
    return (value === null || value === undefined ? {} : { [name]: Number(value) }) as { readonly [K in N]?: number };
  };
  const subscriber = row['subscriber'];
  const error = row['error'] ? (jsonOf(row, 'error') as Json as unknown as RecordedError) : undefined;
  return {
    cue: row['id']!,
    ...(subscriber === null || subscriber === undefined ? {} : { subscriber }),
    state: row['state'] as CueTrace['state'],
    attempts: Number(row['attempts']),
    ...time('sentAt', 'sent_at'),
    ...time('receivedAt', 'received_at'),
    ...time('handledAt', 'handled_at'),
    ...time('settledAt', 'settled_at'),
    ...(row['state'] === 'pending' ? time('dueAt', 'due_at') : {}),
    ...(error === undefined ? {} : { error }),
  };
}

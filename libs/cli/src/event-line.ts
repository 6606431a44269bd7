import type { HistoryEvent } from 'reprise/core';
import { printable } from './printable.js';

/** Fields that name what an event is about, in the order in which a line has them. */
const NAMES = ['step', 'name', 'event', 'patch', 'action', 'code', 'undoes', 'attempt', 'attempts', 'by'] as const;

/** An event as one line without its payloads: what it is, and what it is about. */
export function eventLine(event: HistoryEvent): string {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const call = fields['call'] === undefined ? '' : ` #${String(fields['call'])}`;
  const names = NAMES.flatMap((name) => (fields[name] === undefined ? [] : [`${name}=${String(fields[name])}`]));
  const error = fields['error'] as { readonly message: string } | undefined;
  return printable([`${event.type}${call}`, ...names, ...(error ? [error.message] : [])].join('  '));
}

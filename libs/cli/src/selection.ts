import {
  milliseconds,
  SagaError,
  type Duration,
  type InstanceSummary,
  type SagaStatus,
  type TagValue,
} from 'reprise/core';
import type { InstanceQuery, SagaQueries } from 'reprise/runtime';
import { badUsage } from './failure.js';
import type { OptionTable, OptionValues } from './option.js';

/** Which instances a command is about. */
export const SELECTION = {
  saga: { kind: 'texts', value: '<name>', says: 'of these sagas' },
  version: { kind: 'count', value: '<number>', says: 'of this version' },
  state: { kind: 'texts', value: '<status>', says: 'running, incident, completed, failed, …' },
  tag: { kind: 'texts', value: '<name=value>', says: 'with this tag; numbers, true and false are what they look like' },
  since: { kind: 'text', value: '<time>', says: 'started at or after: 2h, "3 days", 2026-11-01' },
  until: { kind: 'text', value: '<time>', says: 'started before' },
  limit: { kind: 'count', value: '<number>', says: 'so many at the most' },
} as const satisfies OptionTable;

type Selection = OptionValues<typeof SELECTION>;

/** Page by page, newest first: never more than one page in memory. */
export async function* selected(
  queries: SagaQueries,
  selection: Selection,
  signal: AbortSignal,
): AsyncGenerator<InstanceSummary, void, undefined> {
  const query = queryOf(selection);
  let left = selection.limit ?? Infinity;
  let after: string | undefined;
  while (left > 0) {
    const page = await queries.list(query, { size: Math.min(200, left), ...(after === undefined ? {} : { after }) });
    for (const instance of page.instances) {
      signal.throwIfAborted();
      yield instance;
    }
    left -= page.instances.length;
    after = page.next;
    if (after === undefined) return;
    signal.throwIfAborted();
  }
}

/** @throws SagaError `BAD_USAGE` */
export function queryOf({ saga, version, state, tag, since, until }: Selection): InstanceQuery {
  return {
    ...(saga.length > 0 ? { saga } : {}),
    ...(version === undefined ? {} : { version }),
    ...(state.length > 0 ? { status: state as readonly SagaStatus[] } : {}),
    ...(tag.length > 0 ? { tags: Object.fromEntries(tag.map(tagOf)) } : {}),
    ...(since === undefined && until === undefined
      ? {}
      : {
          startedAt: {
            ...(since === undefined ? {} : { from: timeOf('since', since) }),
            ...(until === undefined ? {} : { to: timeOf('until', until) }),
          },
        }),
  };
}

/** A span of time before now, or a date. */
function timeOf(option: string, text: string): Date {
  try {
    return new Date(Date.now() - milliseconds(text as Duration));
  } catch (error) {
    if (!(error instanceof SagaError)) throw error;
  }
  const date = new Date(text);
  if (!Number.isNaN(date.getTime()) && /^\d{4}-/.test(text)) return date;
  throw badUsage(`--${option} "${text}" is no time.`, 'Write a span before now (2h, "3 days") or a date (2026-11-01).');
}

function tagOf(text: string): [string, TagValue] {
  const at = text.indexOf('=');
  if (at < 1) throw badUsage(`--tag "${text}" has no value.`, 'Write --tag name=value.');
  return [text.slice(0, at), tagValue(text.slice(at + 1))];
}

function tagValue(text: string): TagValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const quoted = /^"(.*)"$/.exec(text);
  if (quoted) return quoted[1]!;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

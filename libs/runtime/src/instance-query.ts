import {
  checkedTagName,
  encodeTag,
  isClosed,
  SagaError,
  type InstanceFilter,
  type Range,
  type SagaStatus,
  type TagCondition,
  type TagValue,
} from 'reprise/core';

/** From `from` up to but not including `to`; either may be left out. */
export interface DateRange {
  readonly from?: Date;
  readonly to?: Date;
}
export interface NumberRange {
  readonly from?: number;
  readonly to?: number;
}

/** Which runs of instances are meant: those for which all of it holds. What is left out may be anything. */
export interface InstanceQuery {
  /** The saga's name, or several. */
  readonly saga?: string | readonly string[];
  readonly status?: SagaStatus | readonly SagaStatus[];
  readonly version?: number;
  /** The code of the error that ended it, or of its incident. */
  readonly errorCode?: string;
  /** True: at least one step waits for another attempt. */
  readonly retrying?: boolean;
  readonly idPrefix?: string;
  readonly startedAt?: DateRange;
  /** Only instances that have ended. */
  readonly closedAt?: DateRange;
  /**
   * A value that the tag must have, of the same type; or a range of numbers or of dates.
   * @example { customer: 'c-1', total: { from: 100 }, dueAt: { to: new Date() } }
   */
  readonly tags?: Readonly<Record<string, TagValue | NumberRange | DateRange>>;
}

const OPEN: ReadonlySet<string> = new Set<SagaStatus>(['delayed', 'running', 'paused', 'compensating', 'incident']);

/** The query as the store takes it. @throws SagaError `INVALID_FILTER`, `INVALID_TAG` */
export function instanceFilter(query: InstanceQuery): InstanceFilter {
  const { saga, status, version, errorCode, retrying, idPrefix, startedAt, closedAt, tags } = query;
  if (version !== undefined && !Number.isSafeInteger(version)) throw refuse('version', 'is a whole number');
  if (retrying !== undefined && typeof retrying !== 'boolean') throw refuse('retrying', 'is true or false');
  const statuses = status === undefined ? undefined : [status].flat();
  if (statuses?.some((one) => !OPEN.has(one) && !isClosed(one))) throw refuse('status', 'is a status of an instance');
  const filter: { -readonly [K in keyof InstanceFilter]: InstanceFilter[K] | undefined } = {
    sagas: saga === undefined ? undefined : [saga].flat().map((name) => checkedText('saga', name)),
    statuses,
    version,
    errorCode: errorCode === undefined ? undefined : checkedText('errorCode', errorCode),
    retrying,
    idPrefix: idPrefix === undefined ? undefined : checkedText('idPrefix', idPrefix),
    started: startedAt === undefined ? undefined : datesWithin('startedAt', startedAt),
    closed: closedAt === undefined ? undefined : datesWithin('closedAt', closedAt),
    tags: tags === undefined ? undefined : Object.entries(tags).map(([name, wanted]) => tagCondition(name, wanted)),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, condition]) => condition !== undefined));
}

export function refuse(what: string, rule: string): SagaError {
  return new SagaError('INVALID_FILTER', `${what} of a list or count ${rule}.`, 'Correct it and ask again.');
}

function tagCondition(name: string, wanted: TagValue | NumberRange | DateRange): TagCondition {
  checkedTagName(name);
  if (typeof wanted !== 'object' || wanted === null || isDate(wanted)) return { name, equals: encodeTag(name, wanted) };
  const { from, to } = wanted;
  if (isDate(from) || isDate(to))
    return { name, kind: 'date', within: datesWithin(`tags.${name}`, wanted as DateRange) };
  if (from === undefined && to === undefined) throw refuse(`tags.${name}`, 'has a value, or a range with from or to');
  return { name, kind: 'number', within: range(`tags.${name}`, from, to) };
}

function datesWithin(what: string, { from, to }: DateRange): Range {
  for (const date of [from, to])
    if (date !== undefined && !isDate(date)) throw refuse(what, 'has dates as from and to');
  return range(what, from?.getTime(), to?.getTime());
}

function range(what: string, from: number | undefined, to: number | undefined): Range {
  for (const end of [from, to]) {
    if (end !== undefined && (typeof end !== 'number' || Number.isNaN(end)))
      throw refuse(what, 'has numbers or dates as from and to');
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function checkedText(what: string, text: unknown): string {
  if (typeof text === 'string' && !text.includes('\0')) return text;
  throw refuse(what, 'is a text without NUL');
}

/** A date of any realm. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

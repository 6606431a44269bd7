import type { Turn } from './event.js';
import type { RunOrigin } from './operator-event.js';
import { SagaError } from './saga-error.js';

/** A history outside of the store: one run, whole, as JSON. */
export interface HistoryFile extends RunOrigin {
  readonly saga: string;
  readonly version: number;
  /** Present where the values of the payloads were replaced: see `redactHistory`. */
  readonly redacted?: true;
  readonly turns: readonly Turn[];
}

const FORMAT = 'reprise.history';
/** Counts up when a file that older releases cannot read comes to be written. */
const NUMBER = 1;

/** The text of a history file: a line for each turn, so that two of them can be compared. */
export function writeHistory({ turns, ...head }: HistoryFile): string {
  const fields = JSON.stringify({ format: `${FORMAT}/${NUMBER}`, ...head }).slice(0, -1);
  return `${fields},"turns":[\n${turns.map((turn) => JSON.stringify(turn)).join(',\n')}\n]}\n`;
}

/**
 * Reads a history file. Also a JSON object of one's own with `id`, `run` and `turns`, or with several of those as `runs`.
 * @param name of the file, for messages
 * @throws SagaError `BAD_HISTORY_FILE`, `HISTORY_TOO_NEW`
 */
export function readHistories(text: string, name: string): HistoryFile[] {
  const json = parsed(text, name);
  const { format } = json;
  if (format !== undefined) checkFormat(format, name);
  return 'runs' in json ? listOf(json['runs'], name).map((run) => historyOf(run, name)) : [historyOf(json, name)];
}

function parsed(text: string, name: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw bad(name, 'is not whole, or no JSON', cause);
  }
  if (!isObject(json)) throw bad(name, 'is JSON, but no history');
  return json;
}

function checkFormat(format: unknown, name: string): void {
  const [kind, number] = String(format).split('/');
  if (kind !== FORMAT) throw bad(name, 'is JSON, but no history');
  if (!(Number(number) <= NUMBER)) {
    throw new SagaError(
      'HISTORY_TOO_NEW',
      `${name} has the format ${String(format)}, and this release reads up to ${FORMAT}/${NUMBER}.`,
      'Use the release of reprise that wrote it, or a newer one.',
    );
  }
}

function historyOf(value: unknown, name: string): HistoryFile {
  if (!isObject(value)) throw bad(name, 'is JSON, but no history');
  const { id, run, turns, redacted } = value;
  for (const [field, found] of Object.entries({ id, run }))
    if (typeof found !== 'string' || found === '') throw bad(name, `has no "${field}"`);
  const checked = listOf(turns, name).map((turn) => turnOf(turn, name));
  const started = checked.flatMap(({ events }) => events).find((event) => event.type === 'SagaStarted');
  if (!started) throw bad(name, 'does not begin with a start');
  const { saga, version } = started;
  return {
    id: id as string,
    run: run as string,
    saga,
    version,
    ...(redacted === true ? { redacted } : {}),
    turns: checked,
  };
}

function turnOf(value: unknown, name: string): Turn {
  if (!isObject(value) || typeof value['at'] !== 'number') throw bad(name, 'has a turn without a time');
  const { events } = value;
  if (!Array.isArray(events) || !events.every((event) => isObject(event) && typeof event['type'] === 'string'))
    throw bad(name, 'has an event without a type');
  return value as unknown as Turn;
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw bad(name, 'has no turns');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(name: string, what: string, cause?: unknown): SagaError {
  return new SagaError('BAD_HISTORY_FILE', `${name} ${what}.`, 'Export the history again with `reprise export`.', {
    cause,
  });
}

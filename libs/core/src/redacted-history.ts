import type { HistoryEvent, HistoryEventType, Turn } from './event.js';
import type { HistoryFile } from './history-file.js';
import type { Json } from './json.js';
import { advance, beginPaths, type PathProgress } from './payload-path.js';
import { shapeOf, type Shape } from './payload-shape.js';

export interface RedactionTerms {
  /** What stands for a text: the same for the same text, and nothing that the text could be found by. */
  readonly pseudonym: (text: string) => string;
  /** Fields of payloads that stay as they are, by name or path, as `redact` takes them. */
  readonly keep?: readonly string[];
}

/** What of an event is not of the user's making, or decides what comes next; everything else is replaced. */
type Kept<T> = readonly (keyof T & string)[];
const STEP = ['call', 'attempt'] as const;
const KEPT: { readonly [T in HistoryEventType]: Kept<Extract<HistoryEvent, { type: T }>> } = {
  SagaStarted: ['saga', 'version', 'engine', 'delayed', 'continues'],
  SagaBegan: [],
  StepScheduled: ['call', 'step', 'undoes', 'shielded'],
  StepAttemptFailed: [...STEP, 'retryAt'],
  StepDeferred: [...STEP, 'dueAt'],
  StepCompleted: STEP,
  StepFailed: [...STEP, 'kind'],
  StepOutcomeUnknown: ['call', 'attempts'],
  StepVerifying: ['call', 'attempts'],
  StepCompletedLate: STEP,
  TimerStarted: ['call', 'dueAt'],
  TimerFired: ['call'],
  WaitStarted: ['call', 'dueAt'],
  WaitTimedOut: ['call'],
  EventEmitted: ['call', 'event'],
  CueAwaited: ['call', 'event', 'dueAt'],
  CueReceived: ['call', 'event'],
  CallsCancelled: ['calls'],
  TagsChanged: [],
  SignalReceived: ['message', 'name'],
  UpdateAccepted: ['update', 'name'],
  UpdateCompleted: ['update'],
  UpdateFailed: ['update'],
  PatchApplied: ['patch'],
  CancelRequested: [],
  UndoRequested: [],
  UndoRefused: [],
  CompensationStarted: [],
  IncidentOpened: ['code', 'call'],
  IncidentResolved: [],
  SagaCompleted: ['abandoned', 'unfinished'],
  SagaFailed: [],
  SagaCompensated: [],
  SagaCancelled: [],
  SagaContinued: ['version', 'next'],
  SagaTerminated: ['standing'],
  OperatorActed: ['action', 'call'],
  StepRetryRequested: ['call'],
  StepInputEdited: ['call', 'before'],
  StepSkipped: ['call'],
  SagaForked: ['events', 'calls', 'anew', 'spares'],
  SagaPaused: [],
  SagaUnpaused: [],
};

/** Structural names below the fields of an event: of errors, of links to other runs, of signals that came with the start. */
const INNER: Readonly<Record<string, readonly string[]>> = {
  error: ['name', 'code'],
  cause: ['name', 'code'],
  parent: ['run', 'call'],
  for: ['run', 'call'],
  from: ['run'],
  signals: ['message', 'name'],
};

/**
 * A history without its values: names of steps and keys of objects stay, texts become pseudonyms, numbers and dates rough ones, arrays
 * keep their length. Ids, tags, reasons and messages of errors are values, too. A replay (`redacted: true`) compares kind, name and number of
 * each decision; where `run()` branches on a value it goes the same way only if that value is among those that are kept.
 * @throws SagaError `PAYLOAD_UNREADABLE` for payloads that a codec wrote, `INVALID_CONFIGURATION` for a path without a name
 */
export function redactHistory(file: HistoryFile, { pseudonym, keep = [] }: RedactionTerms): HistoryFile {
  const shape: Shape = { pseudonym };
  const paths = beginPaths(keep);
  return {
    ...file,
    id: pseudonym(file.id),
    redacted: true,
    turns: file.turns.map(({ at, events }) => ({
      at,
      events: events.map((event) => redactEvent(event, shape, paths)),
    })),
  };
}

function redactEvent(event: HistoryEvent, shape: Shape, paths: readonly PathProgress[]): Turn['events'][number] {
  const redacted = redactFields(event, ['type', ...KEPT[event.type]], shape, paths);
  return redacted as unknown as HistoryEvent;
}

function redactFields(
  value: object,
  kept: readonly string[],
  shape: Shape,
  paths: readonly PathProgress[],
): { readonly [key: string]: unknown } {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => field !== 'stack')
      .map(([field, inner]) => [field, kept.includes(field) ? inner : redactField(field, inner, shape, paths)]),
  );
}

function redactField(field: string, value: unknown, shape: Shape, paths: readonly PathProgress[]): unknown {
  const inner = INNER[field];
  if (inner && Array.isArray(value)) return value.map((one: object) => redactFields(one, inner, shape, paths));
  if (inner && typeof value === 'object' && value !== null) return redactFields(value, inner, shape, paths);
  // The arguments of a step or a signal are payloads each.
  if (field === 'input' && Array.isArray(value)) return value.map((one: Json) => shapeOf(one, shape, paths));
  return shapeOf(value as Json, shape, field === 'tags' ? advance(paths, 'tags') : paths);
}

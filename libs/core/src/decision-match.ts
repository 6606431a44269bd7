import type { DecisionEvent, HistoryEvent } from './event.js';
import { SagaError } from './saga-error.js';

const DECISIONS: ReadonlySet<string> = new Set<DecisionEvent['type']>([
  'StepScheduled',
  'TimerStarted',
  'WaitStarted',
  'EventEmitted',
  'CueAwaited',
  'CallsCancelled',
  'TagsChanged',
  'UpdateCompleted',
  'PatchApplied',
  'UpdateFailed',
  'CompensationStarted',
  'SagaCompleted',
  'SagaFailed',
  'SagaCompensated',
  'SagaCancelled',
  'SagaContinued',
]);

/** True for what the code decided, false for what came to it from outside. */
export function isDecision(event: HistoryEvent): event is DecisionEvent {
  return DECISIONS.has(event.type);
}

/** What history recorded and what the code decided in its place, where they differ; one of them may be missing. */
export interface Mismatch {
  readonly recorded?: DecisionEvent;
  readonly made?: DecisionEvent;
}

/**
 * Compares what the code decides today with what its history recorded at that place (law D5): kind, name and the whole input.
 * @param redacted the values of the history are not what they were: only kind, name and number of a decision are compared
 * @returns undefined when they agree
 */
export function mismatch(
  recorded: DecisionEvent | undefined,
  made: DecisionEvent | undefined,
  redacted = false,
): Mismatch | undefined {
  if (recorded && made && agree(recorded, made, redacted)) return undefined;
  return { ...(recorded && { recorded }), ...(made && { made }) };
}

/** The code decided otherwise than its history recorded (law D5). */
export class NonDeterministicError extends SagaError implements Mismatch {
  readonly recorded?: DecisionEvent;
  readonly made?: DecisionEvent;

  constructor(saga: string, id: string, { recorded, made }: Mismatch) {
    const sides = recorded && made ? inputs(recorded, made) : [];
    super(
      'NON_DETERMINISTIC',
      `Saga "${saga}", instance "${id}": ${inWords(recorded, made)}.`,
      [
        'The code changed while this run was in flight: register the change as a new version, or restore the call.',
        ...sides,
      ].join('\n'),
    );
    if (recorded) this.recorded = recorded;
    if (made) this.made = made;
  }
}

function inWords(recorded: DecisionEvent | undefined, made: DecisionEvent | undefined): string {
  if (!recorded) return `the code now asks for ${describe(made!)}, which its history does not have`;
  if (!made) return `its history recorded ${describe(recorded)}, which the code no longer asks for`;
  const note = recorded.type === made.type && describe(recorded) === describe(made) ? ' with another input' : '';
  return `the code asks for ${describe(made)}${note}, but its history recorded ${describe(recorded)} there`;
}

function agree(recorded: DecisionEvent, made: DecisionEvent, redacted: boolean): boolean {
  if (recorded.type !== made.type) return false;
  if (redacted) return describe(recorded) === describe(made);
  // An error's text may name a line of today's code; that it is an error of that name is what was decided.
  if ('error' in recorded && 'error' in made) return recorded.error.name === made.error.name;
  return sameJson(recorded, made);
}

/** Structural equality of JSON; the order of an object's keys does not matter. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  );
}

/** A decision as words, without its values. */
function describe(event: DecisionEvent): string {
  switch (event.type) {
    case 'StepScheduled':
      return `step "${event.step}" as call ${event.call}${event.undoes === undefined ? '' : ` (to undo call ${event.undoes})`}`;
    case 'TimerStarted':
      return `a timer as call ${event.call}`;
    case 'WaitStarted':
      return `a wait as call ${event.call}`;
    case 'EventEmitted':
      return `event "${event.event}" as call ${event.call}`;
    case 'CueAwaited':
      return `a wait for event "${event.event}" as call ${event.call}`;
    case 'CallsCancelled':
      return `the cancellation of ${event.calls.length === 1 ? 'call' : 'calls'} ${event.calls.join(', ')}`;
    case 'TagsChanged':
      return `a change of the tags ${Object.keys(event.tags).join(', ')}`;
    case 'PatchApplied':
      return `patch "${event.patch}"`;
    case 'UpdateCompleted':
      return `the end of update ${event.update}`;
    case 'UpdateFailed':
      return `the failure of update ${event.update} because of ${event.error.name}`;
    case 'CompensationStarted':
      return `the start of compensation because of ${event.error.name}`;
    case 'SagaCompleted':
      return 'its end as completed';
    case 'SagaFailed':
      return `its end as failed because of ${event.error.name}`;
    case 'SagaCompensated':
      return 'its end as compensated';
    case 'SagaContinued':
      return `its continuation as version ${event.version}`;
    case 'SagaCancelled':
      return 'its end as cancelled';
  }
}

const SHOWN = 300;

function inputs(recorded: DecisionEvent, made: DecisionEvent): string[] {
  const detail = (event: DecisionEvent): string | undefined => {
    const { type: _type, ...rest } = event;
    const text = JSON.stringify('input' in event ? event.input : rest);
    return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  };
  return [`- recorded: ${detail(recorded)}`, `+ code now: ${detail(made)}`];
}

import { afterAttempt, type AttemptOutcome } from './attempt-outcome.js';
import type { IncomingEvent } from './event.js';
import { policyOf } from './pivot.js';
import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';
import type { SagaState } from './saga-state.js';
import type { StepDefinitions } from './step-definitions.js';

/** How a step ended, as told from outside by who has its token: the input of a message of the kind `result`. */
export interface StepResult {
  readonly run: string;
  readonly call: number;
  /** How often the input had been edited when the token was made. */
  readonly edits?: number;
  /** `failed`: `declared` if the step declares an error of that name, else `fatal`. */
  readonly outcome: AttemptOutcome['outcome'] | 'failed';
  /** The encoded result of a step that completed. */
  readonly result?: Json;
  /** Present for every other outcome. */
  readonly error?: RecordedError;
}

/** What word from outside means for the instance: the events to deliver, none if it came too late, twice, or for nobody. */
export function afterResult(
  state: SagaState,
  steps: StepDefinitions,
  told: StepResult,
  now: number,
  random: number,
): IncomingEvent[] {
  const step = state.step(told.call);
  const definition = step && steps.of(step);
  // Word of what was asked with another input is not word of this.
  if (!step || !definition || (told.edits ?? 0) !== (step.edits ?? 0)) return [];
  const policy = policyOf({ steps, state }, step) ?? definition.policy;
  return afterAttempt(state, step, policy, step.failures + 1, outcomeOf(told, definition), now, random);
}

function outcomeOf(
  { outcome, result = null, error }: StepResult,
  { declared }: { readonly declared: ReadonlyMap<string, unknown> },
): AttemptOutcome {
  if (outcome === 'completed') return { outcome, result };
  const { data, ...rest } = error ?? { name: 'Error', message: 'no error was told' };
  const known = declared.has(rest.name);
  const kind = outcome === 'failed' ? (known ? 'declared' : 'fatal') : outcome;
  // Data that no declared error takes is of no use to anybody.
  return { outcome: kind, error: known && kind === 'declared' && data !== undefined ? { ...rest, data } : rest };
}

import type { HistoryEvent, Turn } from 'reprise/core';

/** What is said of an event in a line. */
type Words = { readonly [T in HistoryEvent['type']]?: (event: Extract<HistoryEvent, { type: T }>) => string };

const LONGEST = 80;

/**
 * A history as people read it: a line for each thing that happened, with the time since the start.
 * @example
 * +0ms      started with {"amount":5}
 * +0ms      step "charge" (call 0) asked with [5]
 * +0ms      step "charge" (call 0) attempt 1 failed: TimeoutError: no answer; again after 500ms
 * +500ms    step "charge" (call 0) completed: "p-1"
 */
export function timeline(turns: readonly Turn[]): string {
  const begun = turns[0]?.at ?? 0;
  const steps = new Map<number, string>();
  const lines = turns.flatMap(({ at, events }) =>
    events.map((event) => {
      if (event.type === 'StepScheduled') steps.set(event.call, `step "${event.step}" (call ${event.call})`);
      return `${`+${length(at - begun)}`.padEnd(9)} ${said(event, at, steps)}`;
    }),
  );
  return lines.join('\n');
}

function said(event: HistoryEvent, at: number, steps: ReadonlyMap<number, string>): string {
  const step = 'call' in event && event.call !== undefined ? (steps.get(event.call) ?? `call ${event.call}`) : '';
  const words: Words = {
    SagaStarted: ({ input }) => `started with ${short(input)}`,
    StepScheduled: ({ input, undoes }) =>
      undoes === undefined ? `${step} asked with ${short(input)}` : `${step} takes back ${steps.get(undoes) ?? undoes}`,
    StepAttemptFailed: ({ attempt, error, retryAt }) => {
      const next = retryAt === undefined ? '' : `; again after ${length(retryAt - at)}`;
      return `${step} attempt ${attempt} failed: ${error.name}: ${error.message}${next}`;
    },
    StepCompleted: ({ result, attempt }) => `${step} completed in attempt ${attempt}: ${short(result)}`,
    StepCompletedLate: ({ result }) => `${step} completed after nobody waited any more: ${short(result)}`,
    StepDeferred: () => `${step} will be completed from outside`,
    StepFailed: ({ error, kind }) => `${step} failed (${kind}): ${error.name}: ${error.message}`,
    StepVerifying: () => `${step} has no answer; somebody looks whether it happened`,
    StepOutcomeUnknown: ({ attempts, error }) =>
      `${step} has no known outcome after ${attempts} attempts: ${error.name}: ${error.message}`,
    TimerStarted: ({ call, dueAt }) => `timer (call ${call}) set for ${length(dueAt - at)}`,
    TimerFired: ({ call }) => `timer (call ${call}) fired`,
    WaitStarted: ({ call, dueAt }) =>
      `wait (call ${call}) begun${dueAt === undefined ? '' : `, for ${length(dueAt - at)} at most`}`,
    WaitTimedOut: ({ call }) => `wait (call ${call}) timed out`,
    SignalReceived: ({ name, input }) => `signal "${name}" with ${short(input)}`,
    UpdateAccepted: ({ name, input }) => `update "${name}" with ${short(input)}`,
    UpdateCompleted: ({ result }) => `update answered ${short(result)}`,
    UpdateFailed: ({ error }) => `update failed: ${error.name}: ${error.message}`,
    CancelRequested: ({ reason }) => `cancelled${reason === undefined ? '' : `: ${reason}`}`,
    CompensationStarted: ({ error }) => `undoing because of ${error.name}: ${error.message}`,
    IncidentOpened: ({ code, message }) => `parked for a person: ${code}: ${message}`,
    IncidentResolved: ({ by }) => `taken up again by ${by}`,
    SagaCompleted: ({ result }) => `completed: ${short(result)}`,
    SagaFailed: ({ error }) => `failed: ${error.name}: ${error.message}`,
    SagaCompensated: ({ error }) => `undone because of ${error.name}: ${error.message}`,
    SagaCancelled: ({ error }) => `ended as cancelled: ${error.message}`,
    SagaTerminated: ({ reason }) => `terminated: ${reason}`,
    SagaContinued: ({ input }) => `continues as a new run with ${short(input)}`,
  };
  const say = words[event.type] as ((event: HistoryEvent) => string) | undefined;
  if (say) return say(event);
  const { type, ...rest } = event;
  return `${type} ${short(rest)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** `500ms`, `1m 30s`, `2d` */
function length(milliseconds: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1_000],
    ['ms', 1],
  ] as const;
  let rest = Math.max(0, Math.round(milliseconds));
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count}${unit}`);
  }
  return parts.join(' ') || '0ms';
}

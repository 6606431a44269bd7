import type { HistoryEvent, Turn } from './event.js';
import { mermaidText } from './mermaid-text.js';

/** The events that a diagram shows, and the line for each. */
type Lines = { readonly [T in HistoryEvent['type']]?: (event: Extract<HistoryEvent, { type: T }>) => string };

/**
 * A history as a sequence diagram in the language of Mermaid: the saga, each of its steps, and whoever sends it messages.
 * @example console.log(historyDiagram(await orders.get('order-17').history()));
 */
export function historyDiagram(turns: readonly Turn[]): string {
  const events = turns.flatMap((turn) => turn.events);
  const started = events.find((event) => event.type === 'SagaStarted');
  const steps = new Map<string, string>();
  const calls = new Map<number, string>();
  for (const event of events) {
    if (event.type !== 'StepScheduled') continue;
    const participant = steps.get(event.step) ?? `step${steps.size}`;
    steps.set(event.step, participant);
    calls.set(event.call, participant);
  }
  return [
    'sequenceDiagram',
    '  actor outside',
    `  participant saga as ${mermaidText(started?.saga ?? 'saga')}`,
    ...[...steps].map(([name, participant]) => `  participant ${participant} as ${mermaidText(name)}`),
    ...events.flatMap((event) => lineOf(event, (call) => calls.get(call) ?? 'saga') ?? []),
  ].join('\n');
}

function lineOf(event: HistoryEvent, of: (call: number) => string): string | undefined {
  const lines: Lines = {
    SagaStarted: () => 'outside->>saga: start',
    StepScheduled: ({ call, undoes }) =>
      `saga->>${of(call)}: ${undoes === undefined ? `call ${call}` : `call ${call}, takes back call ${undoes}`}`,
    StepAttemptFailed: ({ call, attempt, error }) => `${of(call)}--xsaga: attempt ${attempt}, ${said(error)}`,
    StepCompleted: ({ call }) => `${of(call)}-->>saga: completed call ${call}`,
    StepCompletedLate: ({ call }) => `${of(call)}-->>saga: completed call ${call}, late`,
    StepFailed: ({ call, error }) => `${of(call)}--xsaga: failed call ${call}, ${said(error)}`,
    StepOutcomeUnknown: ({ call }) => `${of(call)}--xsaga: outcome of call ${call} unknown`,
    StepVerifying: ({ call }) => `saga->>${of(call)}: did call ${call} happen?`,
    StepDeferred: ({ call }) => `Note over ${of(call)}: completed from outside`,
    TimerStarted: ({ call }) => `Note over saga: timer ${call} set`,
    TimerFired: ({ call }) => `Note over saga: timer ${call} fired`,
    WaitStarted: ({ call }) => `Note over saga: wait ${call} begun`,
    WaitTimedOut: ({ call }) => `Note over saga: wait ${call} timed out`,
    SignalReceived: ({ name }) => `outside->>saga: signal ${mermaidText(name)}`,
    UpdateAccepted: ({ name }) => `outside->>saga: update ${mermaidText(name)}`,
    UpdateCompleted: () => 'saga-->>outside: update answered',
    UpdateFailed: ({ error }) => `saga--xoutside: update failed, ${said(error)}`,
    CancelRequested: () => 'outside->>saga: cancel',
    CompensationStarted: ({ error }) => `Note over saga: undoing, ${said(error)}`,
    IncidentOpened: ({ code }) => `Note over saga: waits for a person, ${mermaidText(code)}`,
    IncidentResolved: ({ by }) => `Note over saga: taken up again by ${mermaidText(by)}`,
    OperatorActed: ({ action, by }) => `outside->>saga: ${action} by ${mermaidText(by)}`,
    SagaCompleted: () => 'saga-->>outside: completed',
    SagaFailed: ({ error }) => `saga--xoutside: failed, ${said(error)}`,
    SagaCompensated: ({ error }) => `saga--xoutside: undone, ${said(error)}`,
    SagaCancelled: () => 'saga--xoutside: cancelled',
    SagaTerminated: ({ reason }) => `saga--xoutside: terminated, ${mermaidText(reason)}`,
    SagaContinued: () => 'saga-->>outside: continues as a new run',
  };
  const line = lines[event.type] as ((event: HistoryEvent) => string) | undefined;
  return line && `  ${line(event)}`;
}

function said({ name, message }: { readonly name: string; readonly message: string }): string {
  return mermaidText(`${name}: ${message}`);
}

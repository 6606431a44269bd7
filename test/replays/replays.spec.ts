import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { HistoryEventType } from 'reprise/core';
import { ROOT } from '../docs/markdown.js';
import { recordings } from '../scenarios/harness/recording.js';

/** Every type of event. A new one does not compile until it stands here, and needs a recording of the release that brings it. */
const EVENTS: Readonly<Record<HistoryEventType, true>> = {
  SagaStarted: true,
  SagaBegan: true,
  StepScheduled: true,
  StepAttemptFailed: true,
  StepDeferred: true,
  StepCompleted: true,
  StepFailed: true,
  StepOutcomeUnknown: true,
  StepVerifying: true,
  StepCompletedLate: true,
  StepInputEdited: true,
  TimerStarted: true,
  TimerFired: true,
  WaitStarted: true,
  WaitTimedOut: true,
  EventEmitted: true,
  CueAwaited: true,
  CueReceived: true,
  CallsCancelled: true,
  TagsChanged: true,
  SignalReceived: true,
  UpdateAccepted: true,
  UpdateCompleted: true,
  UpdateFailed: true,
  PatchApplied: true,
  CancelRequested: true,
  UndoRequested: true,
  UndoRefused: true,
  CompensationStarted: true,
  IncidentOpened: true,
  IncidentResolved: true,
  SagaCompleted: true,
  SagaFailed: true,
  SagaCompensated: true,
  SagaCancelled: true,
  SagaContinued: true,
  SagaForked: true,
  SagaTerminated: true,
  OperatorActed: true,
  StepRetryRequested: true,
  StepSkipped: true,
  SagaPaused: true,
  SagaUnpaused: true,
};

describe('the histories that releases have recorded', () => {
  const all = recordings();

  it('D9 belong to scenarios that replay them', () => {
    const strays = all
      .filter(({ family, scenario }) => {
        const spec = path.join(ROOT, 'test/scenarios', `${family}.spec.ts`);
        return !existsSync(spec) || !readFileSync(spec, 'utf8').includes(scenario);
      })
      .map(({ family, scenario }) => `${family}: ${scenario}`);
    expect(all.length).toBeGreaterThan(20);
    expect(strays).toEqual([]);
  });

  it('D9 have every type of event', () => {
    const recorded = new Set(
      all.flatMap(({ runs }) =>
        runs.flatMap(({ turns }) => turns.flatMap(({ events }) => events.map(({ type }) => type))),
      ),
    );
    const missing = (Object.keys(EVENTS) as HistoryEventType[]).filter((type) => !recorded.has(type));
    expect(missing).toEqual([]);
  });

  it('hold no stack of the machine that recorded them', () => {
    expect(all.filter((recording) => JSON.stringify(recording).includes('"stack"'))).toEqual([]);
  });
});

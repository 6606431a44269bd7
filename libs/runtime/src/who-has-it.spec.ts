import { SagaState, type HistoryEvent, type InstanceSummary, type SagaStatus } from 'reprise/core';
import { cueRecords, emissionsOf } from './cue-records.js';
import type { WhoHasIt } from './holder.js';
import { stepRecords } from './step-records.js';
import { whoHasIt } from './who-has-it.js';

const RUN = '0193a0c4-0000-7000-8000-000000000001';
const AT = Date.UTC(2026, 0, 1);
const started: HistoryEvent = { type: 'SagaStarted', saga: 'order.place', version: 1, engine: 1, input: null };
const error = { name: 'SagaError', message: 'it is down', code: 'SERVICE_UNREACHABLE' };
const scheduled = (step: string, call = 0): HistoryEvent => ({ type: 'StepScheduled', call, step, input: [] });

/** Who has an instance with these events, 60 s after them, where its code is not at hand. */
function held(events: readonly HistoryEvent[], status: SagaStatus = 'running'): WhoHasIt {
  const turns = [{ at: AT, events: [started, ...events] }];
  const summary = {
    key: { shard: 1, run: RUN },
    id: 'o1',
    saga: 'order.place',
    version: 1,
    status,
    retrying: false,
    tags: {},
    startedAt: AT,
  } satisfies InstanceSummary;
  const known = { state: SagaState.of(turns), steps: undefined };
  const records = [...stepRecords(RUN, turns, known, []), ...cueRecords(emissionsOf(RUN, turns), [])];
  return whoHasIt({ summary, known, records, definition: undefined, now: AT + 60_000 });
}

describe('who has an instance', () => {
  it.each<[string, HistoryEvent[], SagaStatus, string]>([
    [
      'nobody until its retry',
      [scheduled('stock.reserve'), { type: 'StepAttemptFailed', call: 0, attempt: 1, error, retryAt: AT + 90_000 }],
      'running',
      'nobody: `stock.reserve` waits for its next attempt at 2026-01-01T00:01:30.000Z; last heard: SERVICE_UNREACHABLE',
    ],
    [
      'a person',
      [
        scheduled('stock.reserve'),
        { type: 'StepAttemptFailed', call: 0, attempt: 3, error },
        { type: 'IncidentOpened', code: 'STEP_OUTCOME_UNKNOWN', message: 'no answer', call: 0 },
      ],
      'incident',
      'a person: incident STEP_OUTCOME_UNKNOWN: no answer',
    ],
    [
      'a deploy',
      [{ type: 'IncidentOpened', code: 'NON_DETERMINISTIC', message: 'the code differs' }],
      'incident',
      'a deploy: incident NON_DETERMINISTIC: the code differs',
    ],
    [
      'a timer',
      [{ type: 'TimerStarted', call: 0, dueAt: AT + 3_600_000 }],
      'running',
      'nobody: a timer, until 2026-01-01T01:00:00.000Z',
    ],
    [
      'whoever sends a signal',
      [{ type: 'WaitStarted', call: 0 }],
      'running',
      'whoever makes its condition true, by a signal or an update',
    ],
    [
      'whoever publishes an event',
      [{ type: 'CueAwaited', call: 0, event: 'payment.received', where: {} }],
      'running',
      'whoever publishes event `payment.received`',
    ],
    [
      'a worker, which runs a body',
      [scheduled('charge')],
      'running',
      'a worker: attempt 1 of step `charge` runs, or waits for its turn, since 2026-01-01T00:00:00.000Z',
    ],
    ['a worker, whose code goes on', [], 'running', 'a worker: its code has to go on'],
    [
      'nobody, when it has ended',
      [{ type: 'SagaCompleted', result: null }],
      'completed',
      'nobody: it has ended as completed',
    ],
  ])('is %s', (_who, events, status, words) => {
    expect(held(events, status).words).toBe(words);
  });

  it('is all of them at once where it waits for several', () => {
    const { holders } = held([scheduled('stock.reserve'), { type: 'TimerStarted', call: 1, dueAt: AT + 90_000 }]);
    expect(holders.map(({ holder }) => holder)).toEqual(['worker', 'timer']);
  });

  it('is nobody by a condition that has come true since, as far as the history can tell', () => {
    const { holders } = held([{ type: 'WaitStarted', call: 0 }, scheduled('charge', 1)]);
    expect(holders.map(({ holder }) => holder)).toEqual(['worker']);
  });
});

import type { StepCall, StepDefinition } from 'reprise/core';
import type { AttemptLife } from './attempt-life.js';
import type { HostedSaga } from './hosted-saga.js';
import type { Pulse } from './pulse.js';

/** One try of a step, ready to be made. Times are milliseconds since the epoch. */
export interface Attempt {
  readonly hosted: HostedSaga;
  readonly definition: StepDefinition;
  readonly call: StepCall;
  /** Of a compensation: the step that it takes back. */
  readonly target?: StepCall | undefined;
  readonly instance: string;
  /** The flow that the instance belongs to (law M6). */
  readonly flow: string;
  readonly run: string;
  readonly attempt: number;
  readonly deadline: number;
  /** Until when a late answer is still listened for. */
  readonly giveUpAt: number;
  readonly life: AttemptLife;
  readonly pulse: Pulse;
}

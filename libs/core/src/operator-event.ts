import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';

/** What an operator can ask of an instance. */
export type OperatorAction =
  'retry' | 'complete' | 'fail' | 'didNotHappen' | 'skipCompensation' | 'terminate' | 'cancel' | 'pause' | 'resume';

/** A person stepped in: who and why. It stands before the events that it led to, in the same turn. */
export interface OperatorActed {
  readonly type: 'OperatorActed';
  readonly action: OperatorAction;
  readonly by: string;
  readonly reason: string;
  /** The call it is about, where it is about one. */
  readonly call?: number;
}
/** The next attempt of a step is due now; if a person was asked about it, this is the answer. */
export interface StepRetryRequested {
  readonly type: 'StepRetryRequested';
  readonly call: number;
}
/** A compensation is not run, or not any further: what its step did stays (law C4). */
export interface StepSkipped {
  readonly type: 'StepSkipped';
  readonly call: number;
}
/** No attempt begins and no timer fires until `SagaUnpaused`; messages are taken in all the same. */
export interface SagaPaused {
  readonly type: 'SagaPaused';
}
export interface SagaUnpaused {
  readonly type: 'SagaUnpaused';
}
/** What operators bring into a history. */
export type OperatorEvent = OperatorActed | StepRetryRequested | StepSkipped | SagaPaused | SagaUnpaused;

/** The input of a message of the kind `operate`. */
export interface OperatorRequest {
  readonly by: string;
  readonly reason: string;
  readonly call?: number;
  /** The encoded result of `complete`. */
  readonly result?: Json;
  /** The error of `fail`. */
  readonly error?: RecordedError;
}

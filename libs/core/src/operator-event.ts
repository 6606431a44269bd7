import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';

/** What an operator can ask of an instance. */
export type OperatorAction =
  | 'retry'
  | 'editInput'
  | 'complete'
  | 'fail'
  | 'didNotHappen'
  | 'skipCompensation'
  | 'terminate'
  | 'cancel'
  | 'pause'
  | 'resume'
  | BranchAction;

/** What begins a new run with the history of another. */
export type BranchAction = 'redrive' | 'fork';

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
/**
 * A step is tried with another input from here on, and its attempts are counted anew. What the code asked for stays what it was; the
 * step, and its compensation, get this. It is another request than before, so that its key is another too.
 */
export interface StepInputEdited {
  readonly type: 'StepInputEdited';
  readonly call: number;
  /** The encoded arguments, in order. */
  readonly input: readonly Json[];
  /** It was edited in the run that this one parted from, and its key is of that run. */
  readonly before?: true;
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
/**
 * The run goes on from here with the history of another, of the same id (a redrive) or of another (a fork). What is open is tried
 * from the beginning: a call keeps the key that it had in the other run, so that what was done under it is not done again.
 */
export interface SagaForked {
  readonly type: 'SagaForked';
  readonly from: RunOrigin;
  /** How many of its events this run begins with. */
  readonly events: number;
  /** How many calls they have made. */
  readonly calls: number;
  /** Those of which it is known that they did not happen: they are made under a key of this run. */
  readonly anew: readonly number[];
  /** True: what they did stays when this run is undone. False: this run undoes what the other would have undone. */
  readonly spares: boolean;
}
/** A run by the id of its instance, and its own. */
export interface RunOrigin {
  readonly id: string;
  readonly run: string;
}
/** What operators bring into a history. */
export type OperatorEvent =
  OperatorActed | StepRetryRequested | StepInputEdited | StepSkipped | SagaPaused | SagaUnpaused | SagaForked;

/** The input of a message of the kind `operate`. */
export interface OperatorRequest {
  readonly by: string;
  readonly reason: string;
  readonly call?: number;
  /** The encoded result of `complete`. */
  readonly result?: Json;
  /** The error of `fail`. */
  readonly error?: RecordedError;
  /** The encoded arguments of `editInput`. */
  readonly input?: readonly Json[];
  /** What the operator found of the attempts before `editInput`. */
  readonly happened?: boolean;
}

import type { DeliveryTimes } from './delivery-times.js';
import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';

/** The intent of a step (law S1): durable before the step is sent or run. */
export interface StepScheduled {
  readonly type: 'StepScheduled';
  readonly call: number;
  readonly step: string;
  /** The encoded arguments, in order. */
  readonly input: readonly Json[];
  /** Present on a compensation: the call whose effect it takes back. */
  readonly undoes?: number;
  /** Present when the step is a child saga that belongs to this one: its id (law C6). */
  readonly child?: string;
  /** Present in a shielded part: a cancellation of the instance does not reach it (law C7). */
  readonly shielded?: true;
}
/** One try of a step ended without an outcome. */
export interface StepAttemptFailed {
  readonly type: 'StepAttemptFailed';
  readonly call: number;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly error: RecordedError;
  /** When the next try is due, in milliseconds since the epoch; absent when no try follows by itself. */
  readonly retryAt?: number;
  /** Of a remote step whose participant answered. */
  readonly delivery?: DeliveryTimes;
}
export interface StepCompleted {
  readonly type: 'StepCompleted';
  readonly call: number;
  readonly attempt: number;
  readonly result: Json;
  /** Of a remote step. */
  readonly delivery?: DeliveryTimes;
}
/** The body gave the step out of its hands: its outcome comes from elsewhere, by its token. */
export interface StepDeferred {
  readonly type: 'StepDeferred';
  readonly call: number;
  readonly attempt: number;
  /** When it is waited for no longer, in milliseconds since the epoch; absent: it is waited for as long as it takes. */
  readonly dueAt?: number;
}
/**
 * The step ended in an error that is known (law S4): `declared` means that its effect did not happen, `absent` that somebody looked
 * and it did not.
 */
export interface StepFailed {
  readonly type: 'StepFailed';
  readonly call: number;
  readonly attempt: number;
  readonly kind: 'declared' | 'fatal' | 'absent';
  readonly error: RecordedError;
  /** Of a remote step. */
  readonly delivery?: DeliveryTimes;
}
/** Attempts or time are used up and nobody answered; from here on somebody looks whether the effect happened (law S6). */
export interface StepVerifying {
  readonly type: 'StepVerifying';
  readonly call: number;
  /** How often the step was tried; the attempts of its verification are counted on from there. */
  readonly attempts: number;
  /** What was last heard. */
  readonly error: RecordedError;
}
/** Attempts or time are used up and nobody answered (law S6). */
export interface StepOutcomeUnknown {
  readonly type: 'StepOutcomeUnknown';
  readonly call: number;
  /** How often the step was tried. */
  readonly attempts: number;
  /** What was last heard. */
  readonly error: RecordedError;
}
/** A success that came after the step's outcome was called unknown (law S7). Its compensation runs, again if need be. */
export interface StepCompletedLate {
  readonly type: 'StepCompletedLate';
  readonly call: number;
  readonly attempt: number;
  readonly result: Json;
  /** Of a remote step. */
  readonly delivery?: DeliveryTimes;
}

import type { RunOrigin } from './operator-event.js';
import type { RecordedError } from './error-record.js';
import type { Json } from './json.js';
import type { StepState } from './step-machine.js';

/** One step as the history tells it so far. */
export interface StepCall {
  readonly kind: 'step';
  readonly call: number;
  readonly step: string;
  /** What the code asked for, or what an operator put in its place. */
  input: readonly Json[];
  /** The run that made the call, if that is not this run: its key is that of the call there. */
  origin?: RunOrigin;
  /** What it did is left to the run that made the call: this one does not undo it. */
  spared?: boolean;
  /** How often an operator has edited the input. */
  edits?: number;
  readonly undoes?: number;
  /** The id of a child that belongs to this instance: it ends by itself, and is waited for. */
  readonly child?: string;
  /** In a shielded part of the code: a cancellation of the instance does not reach it. */
  readonly shielded: boolean;
  /** Milliseconds since the epoch. */
  scheduledAt: number;
  state: StepState;
  /** Attempts that failed. */
  failures: number;
  /** While its outcome is verified: how often it was tried before. */
  triedBefore?: number;
  /** When the next attempt is due; undefined before the first failure and when nothing follows by itself. */
  retryAt?: number;
  /** Present while it is deferred. */
  deferral?: Deferral;
  /** Milliseconds that it was deferred in all: they do not count towards its deadline. */
  deferred: number;
  result?: Json;
  /** What was last heard. */
  error?: RecordedError;
  /** A cancellation has reached it while it was open. */
  cancelled: boolean;
  /** The saga went on without it (cancelled or failed): it is not tried again. */
  abandoned: boolean;
  /** After a late success: the first call that can be its undo. One that was under way by then may have come too early (S7). */
  undoneFrom?: number;
}

/** A step that waits for word from outside. Times are milliseconds since the epoch. */
export interface Deferral {
  readonly since: number;
  /** Absent: it is waited for as long as it takes. */
  readonly dueAt?: number;
}

/** A timer, a wait for a condition or for a cue, or an event that was emitted, for which nobody waits. */
export interface TimeCall {
  readonly kind: 'timer' | 'wait' | 'emission';
  readonly call: number;
  readonly dueAt: number | undefined;
  /** Present on a wait for a cue. */
  readonly awaits?: AwaitedCue;
  open: boolean;
}

/** Which cue a call waits for. */
export interface AwaitedCue {
  readonly event: string;
  /** The fields that its payload has to have, encoded: an object. */
  readonly where: Json;
}

export type CallState = StepCall | TimeCall;

/** True while the call waits for a cue. */
export function isOpenWait(call: CallState | undefined): call is TimeCall & { readonly awaits: AwaitedCue } {
  return call?.kind === 'wait' && call.open && call.awaits !== undefined;
}

const OPEN: ReadonlySet<StepState> = new Set(['scheduled', 'retrying', 'deferred', 'verifying']);

/** True when its attempts are used up and a person was asked: nothing follows by itself. */
export function awaitsPerson(step: StepCall): boolean {
  return (step.state === 'retrying' || step.state === 'verifying') && step.retryAt === undefined;
}

/** True while an answer of a participant would still settle the step. */
export function isOpenStep(step: StepCall): boolean {
  return OPEN.has(step.state);
}
